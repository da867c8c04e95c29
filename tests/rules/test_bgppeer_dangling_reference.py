import pytest
from bgp_kit import bgp_peer, expect, quiet, resource, unjudged
from kit import found, outcome_of
from metallb_kit import bgp_advertisement, cluster, container_log, peer
from resource_kit import community, refused, secrets, then_taken, without

RULE = "bgppeer-dangling-reference"
ASKING = peer(passwordSecret={"name": "tor-password"})
BASIC = "kubernetes.io/basic-auth"
ADV = "BGPAdvertisement adv"


def says(members, *words, subject="BGPPeer tor1", shown=()):
    return expect(RULE, members, "error", *words, subject=subject, whose=None, shown=shown)


def colored(*names):
    return bgp_advertisement(ipAddressPools=["pool"], communities=list(names))


def test_the_secret_is_missing():
    said = "BGPPeer tor1 takes its password from Secret metallb-system/tor-password, which does not exist"
    says(cluster() | ASKING | secrets(("other", BASIC, ["password"])), said, shown=("tor-password", "items:"))
    says(cluster() | ASKING | secrets(), said)


def test_the_secret_is_of_another_type():
    members = cluster() | ASKING | secrets(("tor-password", "Opaque", ["password"]))
    says(members, "of type Opaque, not kubernetes.io/basic-auth", shown=("type: Opaque",))


@pytest.mark.parametrize(
    ("keys", "words"),
    [(["username"], "which has no key password: its keys are username"), ([], "no key password: it is empty")],
)
def test_the_secret_has_no_password(keys, words):
    says(cluster() | ASKING | secrets(("tor-password", BASIC, keys)), words, shown=("tor-password",))


def test_a_password_and_a_secret():
    members = cluster() | peer(password="hidden", passwordSecret={"name": "tor-password"})
    members |= secrets(("tor-password", BASIC, ["password"]))
    finding = says(members, "BGPPeer tor1 sets both a password and the passwordSecret tor-password")
    assert "hidden" not in str(finding)


def test_an_alias_that_no_community_defines():
    members = cluster() | colored("65535:65282", "large:64512:1:2", "backup") | community(primary="64512:100")
    said = (
        "BGPAdvertisement adv sets the community backup, which no Community resource defines; the aliases are primary"
    )
    says(members, said, subject=ADV, shown=("backup", "primary"))


def test_there_is_no_community():
    """The gather asks for all kinds: none was there."""
    says(cluster() | colored("backup"), "there is no Community resource", subject=ADV)
    saved = {"adv.yaml": next(iter(colored("backup").values()))}
    unjudged(RULE, without(cluster(), "bgpadvertisements") | saved, "backup may be an alias")


@pytest.mark.parametrize("value", ["64512:70000", "70000:1", "large:1:2:x", "wide:1:2:3", "large:4294967296:1:2"])
def test_no_value_of_a_community(value):
    said = f"sets the community {value}, which is no value of a community"
    says(cluster() | colored(value), said, subject=ADV, shown=(value,))


SAID = [
    ('secret ref not found for peer config "metallb-system"/"tor1"', "the password of a peer", "BGPPeer resources"),
    ('invalid community "backup" in BGP advertisement', "a community", "BGPAdvertisement resources"),
]


@pytest.mark.parametrize(("text", "what", "subject"), SAID)
def test_the_log_alone(text, what, subject):
    members = cluster() | refused(text)
    says(
        members, f"MetalLB cannot use {what}: {text} (said by speaker-a)", subject=subject, shown=(text.split('"')[0],)
    )
    quiet(RULE, cluster() | then_taken(text))


def test_the_log_in_place_of_the_secrets():
    text = 'secret type mismatch on "metallb-system"/"tor-password", type "kubernetes.io/basic-auth" is expected '
    says(cluster() | ASKING | refused(text), "MetalLB cannot use the password of a peer", subject="BGPPeer resources")


def test_frrk8s_says_it_in_its_own_words():
    line = {"at": "10:00:00", "controller": "FRRConfigurationReconciler", "level": "error"}
    line["failed to apply the config, error"] = "secret tor-password not found for neighbor 192.0.2.1"
    log = container_log(line, pod="frr-k8s-x7k2p", container="controller")
    assert found(RULE, cluster() | log) == [(None, "BGPPeer resources", "error")]


PROFILED = bgp_peer("tor1", "192.0.2.1", 64512, "bfdProfile: fast")
SLOW = resource("BFDProfile", "slow", ("detectMultiplier: 3",))


def test_a_profile_is_told_where_nothing_of_frr_was_collected():
    """Where it was, bfd-profile-not-applied tells it."""
    quiet(RULE, cluster() | PROFILED | SLOW)
    bare = without(cluster(), "dump_frr") | PROFILED
    says(
        bare | SLOW,
        "BGPPeer tor1 names the BFDProfile fast, which does not exist; the profiles are slow",
        shown=("fast",),
    )
    says(bare, "there is no BFDProfile")
    quiet(RULE, bare | resource("BFDProfile", "fast", ("detectMultiplier: 3",)))
    saved = {"peer.yaml": next(iter(PROFILED.values()))}
    unjudged(RULE, without(bare, "bgppeers") | saved, "no BFDProfile resource was collected")
    text = "peer tor1 referencing non existing bfd profile fast"
    says(without(cluster(), "dump_frr") | refused(text), "MetalLB cannot use a BFDProfile", subject="BGPPeer resources")


@pytest.mark.parametrize(
    "members",
    [
        cluster(),
        cluster() | ASKING | secrets(("tor-password", BASIC, ["password", "username"])),
        cluster() | peer(password="hidden"),
        cluster() | colored("65535:65282", "large:64512:1:2"),
        cluster() | colored("backup") | community(backup="64512:100"),
    ],
    ids=["healthy", "secret", "password", "values", "alias"],
)
def test_stays_quiet(members):
    quiet(RULE, members)


def test_gaps():
    unjudged(RULE, cluster() | ASKING, "the Secrets of namespace metallb-system were not collected")
    unjudged(RULE, cluster() | ASKING | secrets(whose="shop"), "the Secrets of namespace metallb-system")
    none = without(cluster(), "bgppeers", "bgpadvertisements")
    assert outcome_of(RULE, none).status == "not_checked"
