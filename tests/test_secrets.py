"""No password, token or key leaves the place where text is decoded, and a masked document can still be read."""

import json
import re
import string
import time

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from parsers.base import LINE_LIMIT, SourceFile, text_of
from parsers.secrets import KEY_LINES, MASK, mask

# Long enough that a part of it does not stand in a line by chance.
LETTERS = string.ascii_letters + string.digits
PRINTABLE = "".join(chr(code) for code in range(0x21, 0x7F))
START = "Zq7"
WORD = st.text(PRINTABLE, min_size=5, max_size=20).map(lambda text: f"{START}{text}Xw9")
PLAIN = st.text(LETTERS + "!#$%*+-./:;?@^_|~", min_size=5, max_size=20).map(lambda text: f"{START}{text}Xw9")
PHRASE = st.lists(WORD, min_size=1, max_size=3).map(" ".join)
KEY = st.lists(st.text(LETTERS + "+/", min_size=64, max_size=64), min_size=1, max_size=4)


def shown(content):
    """Everything that a parser can see of a content, by each way of reading."""
    data = content.encode()
    halves = [data[: len(data) // 2], data[len(data) // 2 :]]
    text = text_of("x", content)
    yield "\n".join(text)
    yield "\n".join(line for number in range(1, len(text) + 1) for line in text.quote(number).excerpt)
    yield "\n".join(line for _, line in SourceFile("x", halves).lines())


def searched(content):
    yield "\n".join(line for _, line in SourceFile("x", [content.encode()]).search(re.compile(rb".")))


def hides(content, secret, *more):
    for text in (*shown(content), *more):
        for part in (part for part in secret.split() if len(part) > 2 and any(map(str.isdigit, part))):
            assert part not in text, text
            assert part.strip("\"'\\,{}[]()") not in text, text
        assert MASK in text


CONTEXTS = {
    "frr.conf": "router bgp 64500\n neighbor 192.0.2.1 remote-as 64512\n neighbor 192.0.2.1 password {}\n!",
    "no neighbor": " no neighbor 192.0.2.1 password {}",
    "peer group": " neighbor TOR password {}",
    "interface": " neighbor br-ex password {}",
    "IPv6": " neighbor 2001:db8::1 password {}",
    "vty": "password {}\n!",
    "enable": "enable password {}",
    "key chain": "key chain tor\n key 1\n  key-string {}",
    "OSPF": " ip ospf authentication-key {}",
    "OSPF MD5": " ip ospf message-digest-key 1 md5 {}",
    "RIP": " ip rip authentication string {}",
    "IS-IS": " isis password {}",
    "area": " area-password {}",
    "SNMP": "snmp-server community {}",
    "environment": "export BGP_PASSWORD={}",
    "unit": "PSK={}",
}


@pytest.mark.parametrize("context", CONTEXTS.values(), ids=CONTEXTS)
@settings(max_examples=30)
@given(secret=PHRASE)
@example(secret="Zq7=Xw9")
@example(secret=":Zq7aXw9 Zq8 no1 ip1 exit1")
@example(secret="Zq7 ip Zq8 no Zq9 end Zq1 router Zq2")
def test_a_statement_hides_the_rest_of_its_line(context, secret):
    if context.startswith(("export", "PSK")):
        secret = secret.lstrip("\"'")
    hides(context.format(secret), secret, *searched(context.format(secret)))


@settings(max_examples=100)
@given(secret=PLAIN)
def test_text_flattened_onto_one_line_hides_up_to_the_next_statement(secret):
    line = (
        "frr version 8.4.4 router bgp 64500 neighbor 192.0.2.1 remote-as 64512 "
        f"neighbor 192.0.2.1 password {secret} neighbor 192.0.2.1 timers 30 90 address-family ipv4 unicast"
    )
    hides(line, secret, *searched(line))
    assert mask(line).endswith(f"password {MASK} neighbor 192.0.2.1 timers 30 90 address-family ipv4 unicast")
    wrapped = f" neighbor 192.0.2.1 password {secret} exit ! ip prefix-list x seq 5 permit any"
    assert mask(wrapped) == f" neighbor 192.0.2.1 password {MASK} exit ! ip prefix-list x seq 5 permit any"


LOGS = (
    "2026-11-21T05:43:00.1Z 2026/11/21 05:43:00 BGP: neighbor 192.0.2.1 password {}",
    'time="x" level=info msg="calling vtysh -c neighbor 192.0.2.1 password {}"',
    "ip msdp peer 192.0.2.1 password {}",
    "msdp: peer 192.0.2.1 password {}",
    "Authorization: Bearer {}",
    "curl -H 'Authorization: Basic {}'",
    "login with token={} failed",
    "login with token: {} failed",
    "GET /x?access_token={}&user=me",
    "api-key: {}",
    "API_KEY={}",
    "aws_secret_access_key = {}",
    "private_key={}",
    "privateKey: {}",
    "clientSecret: {}",
    "oc login --token={} --server=https://192.0.2.1:6443",
    "https://user:{}@registry.example.com/v2",
    "https://{}@registry.example.com/v2",
    "$ curl -u admin:{} https://192.0.2.1/",
    "$ curl -kvuadmin:{} https://192.0.2.1/",
    "$ curl --user=admin:{} https://192.0.2.1/",
    "$ curl --proxy-user 'admin:{}' -x http://192.0.2.2:3128 https://192.0.2.1/",
    "$ curl --cookie session={} https://192.0.2.1/",
    "$ curl -H 'Cookie: session={}' https://192.0.2.1/",
    "$ curl -H 'Authorization: Negotiate {}' https://192.0.2.1/",
    "> Authorization: {}",
    "> Proxy-Authorization: Custom {}",
    '> authorization: Digest username="admin", response="{}"',
    "> Cookie: lang=en; session={}",
    "< Set-Cookie: session={}; path=/; HttpOnly",
    "$ oc login -u kubeadmin -p {} https://api.example.com:6443",
    "$ oc login --token sha256~{}",
    "$ wget --http-password {} https://192.0.2.1/",
    "$ sshpass -p{} ssh core@192.0.2.1",
    "peer 192.0.2.1: using password '{}'",
    '@left @right : PSK "{}"',
)


@pytest.mark.parametrize("line", ["{}", "$ echo {} > token.txt", '{"value": "{}"}'])
@pytest.mark.parametrize(
    "token", ["sha256~Zq7aXw9-bcdefghijklmnopqrstuvwxyz_01234567", "eyJhbGciOiJ9.eyJpc3MiOiJr.Zq7aXw9-bcdefg_"]
)
def test_tokens_known_by_their_form(line, token):
    hides(line.replace("{}", token), token, *searched(line.replace("{}", token)))


def test_a_header_in_json_leaves_json():
    line = json.dumps({"said": 'Authorization: Digest username="admin", response="Zq7aXw9"', "after": 1})
    hides(line, "Zq7aXw9")
    assert json.loads(mask(line)) == {"said": f"Authorization: Digest {MASK}", "after": 1}


@pytest.mark.parametrize("line", LOGS)
@settings(max_examples=30)
@given(secret=st.text(LETTERS + "-._~+", min_size=8, max_size=30).map(lambda text: f"{START}{text}Xw9"))
def test_logs(line, secret):
    hides(line.format(secret), secret, *searched(line.format(secret)))


KEYS = ("password", "bgpPassword", "token", "psk", "client-key-data", "apiKey", "private_key", "client_secret")


@pytest.mark.parametrize("key", KEYS)
@settings(max_examples=60)
@given(secret=PHRASE)
@example(secret="Zq7\\Xw9")
@example(secret='Zq7"Xw9')
@example(secret="Zq7'Xw9, more'")
@example(secret="Zq7aXw9\\")
@example(secret="true-Zq7aXw9")
@example(secret="Zq7\nZq8aXw9\n  Zq9: aXw9\n")
def test_yaml_and_json_stay_readable(key, secret):
    value = {"kind": "BGPPeer", "spec": {"a": 1, key: secret, "z": [1, "two"]}, "items": [{key: secret, "b": None}]}
    expected = json.loads(json.dumps(value).replace(json.dumps(secret), json.dumps(MASK)))
    one = json.dumps(value)
    hides(one, secret)
    assert json.loads(mask(one)) == expected
    pretty = json.dumps(value, indent=2)
    hides(pretty, secret)
    assert json.loads("\n".join(text_of("x", pretty))) == expected
    nested = json.dumps({"last-applied": one, "after": "x"})
    hides(nested, secret)
    assert json.loads(json.loads(mask(nested))["last-applied"]) == expected
    for style in (None, '"', "'", "|", ">"):
        dumped = yaml.dump(value, default_style=style, width=60, sort_keys=False)
        hides(dumped, secret)
        found = yaml.safe_load("\n".join(text_of("x", dumped)))
        assert list(found) == ["kind", "spec", "items"]
        assert list(found["spec"]) == ["a", key, "z"]
        assert list(found["items"][0]) == [key, "b"]
        assert set(found["spec"][key].split()) == {MASK}


@settings(max_examples=60)
@given(secret=PHRASE)
def test_statements_inside_other_documents(secret):
    config = f"router bgp 64500\n neighbor 192.0.2.1 password {secret}\n neighbor 192.0.2.1 timers 30 90\n"
    state = json.dumps({"status": {"runningConfig": config}, "after": 1})
    hides(state, secret)
    running = json.loads(mask(state))
    assert running["after"] == 1
    assert running["status"]["runningConfig"].endswith(f"password {MASK}\n neighbor 192.0.2.1 timers 30 90\n")
    commands = json.dumps({"vtysh": ["-c", f"neighbor 192.0.2.1 password {secret}", "-c", "end"]})
    hides(commands, secret)
    assert json.loads(mask(commands))["vtysh"][2:] == ["-c", "end"]
    executed = ["vtysh", "-c", f"neighbor 192.0.2.1 password {secret}", "-c", "end"]
    hides(f"2026-11-21 05:43 INFO: Executed {executed}", secret)
    block = yaml.dump({"running": config, "after": 1}, default_style="|")
    hides(block, secret)
    assert set(yaml.safe_load("\n".join(text_of("x", block)))) == {"running", "after"}


@settings(max_examples=40)
@given(body=KEY, kind=st.sampled_from(("", "RSA ", "EC ", "ENCRYPTED ", "OPENSSH ")))
def test_private_keys_over_several_lines(body, kind):
    pem = "\n".join([f"-----BEGIN {kind}PRIVATE KEY-----", *body, f"-----END {kind}PRIVATE KEY-----"])
    contents = {
        "file": f"before\n{pem}\nafter\n",
        "YAML": yaml.dump({"before": 1, "key": pem, "after": "x"}, default_style="|"),
        "quoted YAML": yaml.dump({"key": pem, "after": "x"}, default_style='"', width=10**6),
        "JSON": json.dumps({"key": pem, "after": "x"}),
        "log": "\n".join(f"2026-11-21T05:43:00Z {line}" for line in f"{pem}\nafter".split("\n")),
    }
    for name, content in contents.items():
        for secret in body:
            hides(content, secret, *searched(content))
        masked = text_of("x", content)
        assert len(masked) == content.rstrip("\n").count("\n") + 1
        assert any("after" in line for line in masked), name
    assert json.loads(mask(contents["JSON"]))["after"] == "x"
    for name in ("YAML", "quoted YAML"):
        assert yaml.safe_load("\n".join(text_of("x", contents[name])))["after"] == "x"


def test_a_key_whose_end_was_lost_hides_no_more_than_a_key():
    lines = ["-----BEGIN PRIVATE KEY-----", *["MIIE"] * 2, *[f"line {at}" for at in range(KEY_LINES)]]
    masked = text_of("x", "\n".join(lines))
    assert "MIIE" not in masked
    assert masked[-1] == lines[-1]


@pytest.mark.parametrize("cut", ['{"password": "Zq7 abc def', "{'token': 'Zq7 abc def", 'password: "Zq7 abc def'])
def test_a_value_that_is_cut(cut):
    hides(cut, "Zq7 abc def")


@pytest.mark.parametrize(
    "content",
    [
        "password: |\n  Zq7abc\n\n  Zq8: def\nuser: me",
        "- name: x\n  password: >-\n    Zq7abc\n    Zq8: def\n  user: me",
        "- password: |2\n    Zq7abc\n  user: me",
        "password:\n  Zq7abc Zq8\nuser: me",
        'password: "Zq7abc\n  Zq8"\nuser: me',
        "password: Zq7abc\n  Zq8\nuser: me",
        '{\n "password":\n  "Zq7abc",\n "user": "me"\n}',
    ],
)
def test_values_below_their_field(content):
    hides(content, "Zq7abc Zq8")
    masked = yaml.safe_load("\n".join(text_of("x", content)))
    one = masked[0] if isinstance(masked, list) else masked
    assert one["user"] == "me"


@pytest.mark.parametrize(
    "line",
    [
        "  passwordSecret:",
        "    name: bgp-password",
        "  passwordSecret: {}",
        "secretName: token-xyz",
        "  password: null",
        "password:",
        "  password: ~",
        '{"password": null, "token": false, "automountServiceAccountToken": true}',
        '{"passwordSecret": {"name": "bgp"}}',
        "password: {name: bgp}",
        " neighbor 192.0.2.1 timers 30 90",
        "https://registry.example.com:5000/v2",
        "Password mismatch for user admin",
        "- name: service-account-token",
        "serviceAccountName: speaker",
        "  tokens: 5",
        "mail@example.com",
        "curl -u",
        "$ curl -o out.txt -w 'time: %{time_total}' --user-agent test https://192.0.2.1:8443/a?b=c",
        "* Server auth using Basic with user 'admin'",
        "  authorization:",
        "  authorization: webhook",
        " cookie=0x1f, duration=5s, table=0, priority=100,ip actions=drop",
        "the cookie: 0x1f",
        "--token-file /run/token",
        '["--password", "--verbose"]',
        "sha256~short",
        "image@sha256:0123456789abcdef0123456789abcdef",
        "community 64512:100",
    ],
)
def test_what_is_no_secret_stays(line):
    assert mask(line) == line
    assert list(text_of("x", line)) == [line]


def test_names_beside_a_password_stay():
    content = "spec:\n  password: Zq7\n  passwordSecret:\n    name: bgp\n  peerAddress: 192.0.2.1\n"
    assert "\n".join(text_of("x", content)) == content.rstrip("\n").replace("Zq7", MASK)


OTHERS = ('{"password": "{}", "x": 1}', "-----BEGIN PRIVATE KEY-----MII")


@pytest.mark.parametrize("line", [*LOGS, *CONTEXTS.values(), *OTHERS])
def test_masking_twice_is_masking_once(line):
    masked = mask(line.replace("{}", "Zq7abcXw9"))
    assert mask(masked) == masked


def test_a_letter_that_grows_in_lower_case_shifts_nothing():
    content = "İ" * 50 + "\nx\npassword: Zq7abc\ny"
    hides(content, "Zq7abc")
    assert list(text_of("x", content))[3] == "y"


def test_a_password_that_looks_like_a_statement():
    assert mask("log: neighbor 1 password neighbor 2 password Zq7abc") == f"log: neighbor 1 password {MASK}"


HOSTILE = {
    "parts of a field name": "a-" * (LINE_LIMIT // 2) + "token",
    "blanks behind a password": f"neighbor 192.0.2.1 password x{' ' * LINE_LIMIT}y",
    "blanks behind a field": f"password:{' ' * LINE_LIMIT}{{",
    "blanks before an equal sign": f"password{' ' * LINE_LIMIT}x",
    "fields without an end": 'password:"' * (LINE_LIMIT // 10),
    "neighbors": "neighbor " * (LINE_LIMIT // 9) + "password",
    "passwords": "neighbor x password " * (LINE_LIMIT // 20),
    "schemes": "a.b://" * (LINE_LIMIT // 6) + "@",
    "userinfo": "://a:" + "@" * LINE_LIMIT,
    "keys": "-----BEGIN PRIVATE KEY-----" * (LINE_LIMIT // 27),
    "capitals": "-----BEGIN " + "A " * (LINE_LIMIT // 2) + "private key",
    "quotes": "neighbor x password y" + "' " * (LINE_LIMIT // 2),
    "backslashes": 'password: "' + "\\" * LINE_LIMIT,
    "bearers": "bearer " * (LINE_LIMIT // 7),
    "authorization": "authorization: " * (LINE_LIMIT // 15) + "bearer",
    "list items": "- " * (LINE_LIMIT // 2) + "password: x",
    "statements": "neighbor x password y" + " no" * (LINE_LIMIT // 3),
    "users": "curl" + " -u a" * (LINE_LIMIT // 5),
    "options": "curl " + "-" * LINE_LIMIT,
    "cookies": "cookie: a" * (LINE_LIMIT // 9),
    "logins": "oc login -" * (LINE_LIMIT // 10),
    "digests": "authorization: digest a=b" + ",a=b" * (LINE_LIMIT // 4),
    "secure URLs": "https://a" * (LINE_LIMIT // 9) + "@",
    "long options": "curl" + " --a-a-a-password" * (LINE_LIMIT // 17),
    "signed tokens": "eyJaaaaaaaa.eyJaaaaaaaa." * (LINE_LIMIT // 24),
}


@pytest.mark.parametrize("line", HOSTILE.values(), ids=HOSTILE)
def test_hostile_lines_take_no_more_than_linear_time(line):
    """A quadratic expression would take minutes for these."""
    start = time.process_time()
    text_of("x", line)
    assert time.process_time() - start < 3
