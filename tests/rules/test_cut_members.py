"""An archive that ends in the middle of a member: what the rest would have said is unknown, not absent."""

import io
import tarfile

import pytest
from kit import store_of
from metallb_kit import cluster

from analyzer.run import analyze, read
from parsers.base import ParseFailure, Parser, SourceFile, run
from parsers.bfd_facts import BfdAnswer, BfdPeer
from parsers.bgp_neighbor_facts import BgpNeighbor
from parsers.frr_daemons import FrrDaemons
from parsers.metallb_advertisements import BgpAdvertisement
from parsers.metallb_pools import IpAddressPool

ADVERTISEMENT = "image/namespaces/metallb-system/metallb.io/bgpadvertisements/adv.yaml"
POOL = "image/namespaces/metallb-system/metallb.io/ipaddresspools/pool.yaml"
LOGS = "image/namespaces/metallb-system/pods/speaker-a/frr/frr/logs/"
OBJECT = "apiVersion: metallb.io/v1beta1\nkind: {kind}\nmetadata:\n  name: it\n  namespace: metallb-system\nspec:\n"


def cut_tar(folder, members, cut):
    """A tar that ends `cut` bytes before the end of the last member's content."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for path, content in members.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content.encode()))
    buffer.seek(0)
    with tarfile.open(fileobj=buffer) as tar:
        last = tar.getmembers()[-1]
    target = folder / "cut.tar"
    target.write_bytes(buffer.getvalue()[: last.offset_data + last.size - cut])
    return str(target)


def facts_of(name, content, *, cut=True):
    """What a parser makes of the content of a member, of which the rest is missing."""
    params = {"namespace": "metallb-system", "pod": "speaker-a", "name": "it"}
    return list(run(Parser.registry[name], SourceFile("it", [content.encode()], params, cut=lambda: cut)))


@pytest.mark.parametrize("cut", [5, 40])
def test_a_resource_that_is_cut_is_not_known(tmp_path, cut):
    members = {
        POOL: OBJECT.format(kind="IPAddressPool") + "  addresses:\n  - 192.0.2.0/28\n",
        ADVERTISEMENT: OBJECT.format(kind="BGPAdvertisement") + "  ipAddressPools:\n  - pool\n",
    }
    store, summary = read([cut_tar(tmp_path, members, cut)], {BgpAdvertisement, IpAddressPool})
    assert not summary.complete
    assert store.facts(BgpAdvertisement) is None
    assert [one.reason for one in store.failures] == ["cut off: the rest of the object is missing"]
    assert len(store.facts(IpAddressPool)) == 1


def test_a_resource_of_which_not_a_line_is_there_is_not_known(tmp_path):
    content = OBJECT.format(kind="BGPAdvertisement")
    store, _ = read([cut_tar(tmp_path, {ADVERTISEMENT: content}, len(content) - 4)], {BgpAdvertisement})
    assert store.facts(BgpAdvertisement) is None


def test_an_empty_resource_is_not_known_and_an_empty_list_is(tmp_path):
    for name, content in (("adv.yaml", ""), ("list.yaml", "apiVersion: v1\nitems: []\nkind: BGPAdvertisementList\n")):
        folder = tmp_path / name / ADVERTISEMENT.rpartition("/")[0]
        folder.mkdir(parents=True)
        (folder / name).write_text(content)
    store, _ = read([str(tmp_path / "adv.yaml")], {BgpAdvertisement})
    assert store.facts(BgpAdvertisement) is None
    store, _ = read([str(tmp_path / "list.yaml")], {BgpAdvertisement})
    assert store.facts(BgpAdvertisement) == ()


def test_the_line_in_which_a_member_ends_is_not_read():
    text = "neighbor 192.0.2.1 remote-as 645"
    source = SourceFile("it", [b"router bgp 64500\n " + text.encode()], cut=lambda: True)
    assert list(source.text()) == ["router bgp 64500"]
    whole = SourceFile("it", [b"router bgp 64500\n " + text.encode()])
    assert list(whole.text()) == ["router bgp 64500", f" {text}"]


def test_files_of_frr_that_are_cut():
    for name, content in (("frr_daemons", "bgpd=yes\nzebra=yes\nbfd"), ("frr_conf", "router bgp 64500\n neigh")):
        (found,) = facts_of(name, content)
        assert isinstance(found, ParseFailure)
        assert "cut off" in found.reason
    assert isinstance(facts_of("frr_daemons", "bgpd=yes\nzebra=yes\n", cut=False)[0], FrrDaemons)


def test_the_bfd_sessions_of_an_output_that_is_cut_are_not_known():
    (content,) = (text for path, text in cluster().items() if "speaker-a/frr" in path)
    content += "\tpeer 192.0.2.1 vrf default\n\t\tID: 1\n\t\tRemote ID: 2\n\t\tStatus: up\n\t\tUpti"
    found = facts_of("dump_frr", content)
    assert not any(isinstance(one, (BfdAnswer, BfdPeer)) for one in found)
    assert any(isinstance(one, ParseFailure) and "BFD sessions" in one.reason for one in found)
    assert any(isinstance(one, BgpNeighbor) for one in found)


def test_a_cluster_is_healthy_wherever_its_archive_is_cut(tmp_path):
    members = dict(sorted(cluster().items(), key=lambda one: "frr/frr" not in one[0]))
    assert not store_of(members).failures
    for last in [path for path in members if path.endswith((".yaml", "dump_frr"))]:
        held = {path: content for path, content in members.items() if path != last} | {last: members[last]}
        report = analyze([cut_tar(tmp_path, held, len(held[last]) // 3)])
        worse = [
            (last, outcome.rule, finding.message)
            for outcome in report.outcomes
            if outcome.area in {"bgp", "bfd", "config", "frr", "metallb", "speaker", "layer2", "cluster"}
            for finding in outcome.findings
            if str(finding.severity) != "info"
        ]
        assert not worse
