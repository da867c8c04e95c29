"""No output of any command shows a secret that stands in a saved session, a journal or an object."""

import pytest

from analyzer.cli import run

SECRET = "Zq7SeCrEt9Xw"
FILES = {
    "curl.txt": """\
[core@worker-0 ~]$ curl -v -u admin:{} -H "X-Auth-Token: {}" http://192.0.2.10:8080/a?token={}
*   Trying 192.0.2.10:8080...
> Authorization: Basic {}
> Cookie: session={}
< Set-Cookie: sid={}; path=/
curl: (28) Operation timed out for http://u:{}@192.0.2.10 after 5000 ms
[core@worker-0 ~]$ curl https://{}@192.0.2.11:443/
curl: (7) Failed to connect to 192.0.2.11 port 443: Connection refused
[core@worker-0 ~]$ curl -u admin:{} http://192.0.2.12:8080/
curl: (28) Operation timed out after 5000 milliseconds with 0 bytes received
sh-4.4# oc login -u kubeadmin -p {} https://api.example.com:6443
""",
    "journal.log": """\
Nov 21 05:43:00 worker-0 sudo[1]: core : COMMAND=/usr/bin/curl -u admin:{} https://192.0.2.1/
Nov 21 05:43:01 worker-0 kubelet[12]: E1121 05:43:01.123456 12 x.go:1] "Error syncing pod" err="https://u:{}@x token={}"
""",
    "frr.yaml": """\
apiVersion: frrk8s.metallb.io/v1beta1
kind: FRRConfiguration
metadata: {{name: a, namespace: frr-k8s-system}}
spec:
  bgp:
    routers:
    - asn: 64500
      neighbors:
      - address: 192.0.2.1
        asn: 64512
        password: {}
  raw:
    rawConfig: "router bgp 64500\\n neighbor 192.0.2.1 password {}\\n"
""",
    "secret.yaml": """\
apiVersion: v1
kind: Secret
metadata: {{name: bgp, namespace: metallb-system}}
type: kubernetes.io/basic-auth
data:
  password: {}
stringData:
  other: {}
""",
    "frr.conf": "frr version 8.5.3\nrouter bgp 64500\n neighbor 192.0.2.1 password {}\nend\n",
}


@pytest.fixture
def saved(tmp_path):
    folder = tmp_path / "saved"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text.replace("{}", SECRET).replace("{{", "{").replace("}}", "}"))
    return folder


def test_no_output_shows_a_secret(saved, tmp_path, capsys):
    out = tmp_path / "out"
    out.mkdir()
    forms = [f"--{form}={out / form}" for form in ("html", "json", "junit", "sarif", "markdown")]
    assert run(["analyze", str(saved), *forms, "--fail-on", "never"]) == 0
    assert run(["timeline", str(saved), "--json"]) in {0, 3}  # 3: there is nothing to show
    assert run(["diff", str(saved), str(saved), "--json", str(out / "difference"), "--fail-on", "never"]) == 0
    shown = {path.name: path.read_text() for path in out.iterdir()} | {"terminal": "".join(capsys.readouterr())}
    assert len(shown) == len(forms) + 2
    assert [name for name, text in shown.items() if SECRET in text] == []
    assert "admin:<masked>" in shown["json"]
    assert "Connection refused" in shown["json"]
