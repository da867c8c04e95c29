"""Secrets in saved sessions: arguments of curl, wget, oc login and sshpass, headers of HTTP, tokens known by form.

Formats: curl docs/cmdline-opts, RFC 6265 (cookies), RFC 7616 (digest), RFC 7519 (signed tokens), openshift/oauth-server
(`sha256~`). Possessive or bounded like those of `parsers.secrets`, which applies them.
"""

import re

# No expression below matches a line without one of these words, or of those of `parsers.secrets`, in lower case.
COMMAND_WORDS = (
    *("curl", "oc login", "podman login", "docker login", "sshpass"),
    *("authorization:", "cookie:", "sha256~", "eyj"),
)
# A word of a shell: one that a quote opens ends at a quote; else a quote ends it only where a document's string ends.
_OPENED = r"(?P<opened>\\?[\"'])?+"
_WORD = r"(?(opened)[^\"'\\]++|(?:[^\s\"'\\]|\\(?![\"'])|\\?[\"'](?!\s*+(?:[,\]})\\]|$)))++)"
# Each hides what follows its first group.
COMMANDS = (
    # Saved sessions of curl: -u user:x · --proxy-user "user:x y" · --cookie name=x
    re.compile(
        r"((?<!\S)(?:-[A-Za-z]{0,10}?[uU]\s*+|--(?:proxy-)?user(?:=|\s++))"
        rf"{_OPENED}[^\s:\"'@/-][^\s:\"'@/]{{0,100}}+:){_WORD}"
    ),
    re.compile(rf"((?<!\S)--cookie(?:=|\s++){_OPENED}[^\s=\"'-][^\s=\"']{{0,100}}+=){_WORD}"),
    # its headers: > Authorization: x · -H 'Authorization: Digest name="x", y="z"' · < Set-Cookie: name=x; path=/
    re.compile(r"^(\s*+>\s*+(?:proxy-)?authorization:\s*+(?:[a-z]++\s++)?+)\S.*$", re.IGNORECASE),
    re.compile(
        r"(\bauthorization:\s*+(?:digest|negotiate|ntlm)\s++)"
        r"(?:(?:[\w-]{1,20}+=(?:\\?\"[^\"\\]*+\\?\"|[^\s,\"'\\]++)(?:,\s*+)?+)++|[^\s\"'\\]++)",
        re.IGNORECASE,
    ),
    re.compile(r"(\bcookie:\s*+[^\s=;\"']{1,200}+=)[^\"'\\]++", re.IGNORECASE),
    # oc login -u kubeadmin -p x · sshpass -px · --password x · --token x · PSK "x"
    re.compile(rf"(\b(?:(?:oc|podman|docker) login|sshpass)\s(?:.{{0,300}}?\s)??-p\s*+{_OPENED}){_WORD}"),
    re.compile(rf"((?<!\S)--(?:[a-z]{{1,20}}-){{0,3}}(?:password|passphrase|token)\s++(?!-){_OPENED}){_WORD}"),
    re.compile(r"(\b(?:password|passphrase|psk)\s++\\?(?P<quote>[\"']))[^\"'\\]++(?=\\?(?P=quote))", re.IGNORECASE),
    # a token of OpenShift (`oc whoami -t`), and one that is signed (RFC 7519)
    re.compile(r"(\b)sha256~[\w-]{20,}+"),
    re.compile(r"(\b)eyJ[\w-]{8,}+\.eyJ[\w-]{8,}+\.[\w-]{8,}+"),
)
