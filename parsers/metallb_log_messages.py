"""What a message says, and the expression that finds the wanted ones in hundreds of megabytes of log."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from parsers.metallb_log_kinds import MetallbLogKind
from parsers.metallb_log_lines import Fields
from parsers.metallb_log_signatures import EVENTS, KEYS, MEMBERLIST, MESSAGES, OPERATIONS, Signature
from parsers.vocabulary import address

K = MetallbLogKind
TEXT = 1000  # characters of a message or an error that are kept
DETAIL = 300
DETAILS = 20


def _either(words: Iterable[str]) -> bytes:
    """Alternatives by their first character, so that most of them fail at once."""
    begun: dict[str, list[str]] = {}
    for word in dict.fromkeys(words):
        begun.setdefault(word[:1], []).append(word[1:])
    joined = (re.escape(head) + "(?:" + "|".join(map(re.escape, tails)) + ")" for head, tails in begun.items())
    return "|".join(joined).encode()


_KLOG = (
    "Waited for ",
    "successfully acquired lease",
    "failed to renew lease",
    "Observed a panic",
    "leader election lost",
)
_VALUES = (
    *(one.begin for one in MESSAGES),
    *(one.begin for one in EVENTS),
    *(f'{one.begin}"' for one in OPERATIONS),
    *(f'{name}Reconciler","{key}' for name in ("Config", "Pool") for key in ('error":', 'level":"error"')),
    'FRRConfigurationReconciler","failed to ',
    *(f'{name}Reconciler","end reconcile' for name in ("Config", "Pool")),
    'cert-rotation","msg"',
    "memberlist join succes",
)
# All begin with the colon that stands before every value, and before the rest of a plain line: one byte to search for.
# Go's encoder writes no blanks between the parts of an object; tools that rewrite JSON do.
PREFILTER = re.compile(
    rb': ?(?:"(?:'
    + _either(_VALUES).replace(b'","', b'", ?"').replace(b'":', b'": ?')
    + rb'|liveness\.go:\d+", ?"(?:daemons not running|failed to call show daemons))'
    rb"|(?<= )(?:(?:"
    + _either([words.partition("{}")[0] for _, words in MEMBERLIST])
    + rb")|(?<=panic: )|(?<=fatal error: )|(?:Failed to watch|failed calling webhook) "
    rb'|"FailedToSyncMetalLBResources)'
    rb"|\d+\] (?:" + _either(_KLOG) + rb")"
    rb"|\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)(?:\t|\s{4})(?:ERROR|INFO(?:\t|\s{4})setup(?:\t|\s{3,4})git commit:))"
)
RECONCILE = re.compile(
    PREFILTER.pattern + rb'|: ?"ServiceReconciler(?: - reprocessAll)?", ?"(?:level": ?"info", ?"start|end) reconcile'
)


@dataclass(frozen=True, slots=True)
class Message:
    """One message by its signature: whom it is about and what it says of it."""

    kind: MetallbLogKind
    text: str
    level: str | None = None
    service: str | None = None
    ips: tuple[str, ...] = ()
    pool: str | None = None
    peer: str | None = None
    protocol: str | None = None
    node: str | None = None
    interface: str | None = None
    reason: str | None = None
    error: str | None = None
    session: str | None = None
    details: dict[str, str | int] = field(default_factory=dict)

    @property
    def focus(self) -> str:
        """What must stay visible of a very long line."""
        return '"error":' if self.error and '"' not in self.text else self.text[:60]


# The keys that stand in fields of their own, tell nothing or hold whole objects.
_TAKEN = frozenset(
    {"ts", "level", "msg", "message", "event", "service", "ips", "ip", "pool", "peer", "protocol", "node", "node name"}
    | {"interface", "reason", "error", "session", "err", "cause", "stacktrace", "errorVerbose", "config", "endpoints"}
    | {"metallb CRs and Secrets", "metallb CRs", "params", "node event", "node addr", "bug", "op", "object"}
    | {one.begin for one in KEYS}
)
_NODE = re.compile(r"invalid for node (\S{1,253})")
_VERSION = re.compile(
    r"starting (?:version (?P<version>\S+) )?\((?:commit (?P<commit>[^,)]+), )?branch (?P<branch>[^)]+)\)"
)
_ADDRESS_AND_PORT = re.compile(r"(?:\[(?P<one>[0-9a-fA-F:.]{2,45})\]|(?P<two>\d{1,3}(?:\.\d{1,3}){3})):\d{1,5}")
_MEMBER = re.compile(
    r"memberlist: (?:(?:Suspect|Marking) (?P<one>\S{1,253}) (?:has|as)"
    r"|Was able to (?:connect to|reach) (?P<two>\S{1,253}) |Refuting a \w+ message \(from: (?P<three>[^)]{1,253})\))"
)


def _begun(signatures: tuple[Signature, ...], value: Any) -> Signature | None:
    if not isinstance(value, str):
        return None
    return next((one for one in signatures if value.startswith(one.begin)), None)


def _signature(fields: Fields) -> Signature | None:
    found = _begun(MESSAGES, fields.get("msg"))
    found = found or _begun(EVENTS, fields.get("event")) or _begun(EVENTS, fields.get("node event"))
    found = found or next((one for one in KEYS if one.begin in fields), None)
    if not found and fields.get("controller") in ("ConfigReconciler", "PoolReconciler") and fields.get("error"):
        return Signature(K.CONFIG_STALE, "", only_errors=True)
    return found or next((one for one in OPERATIONS if one.begin == fields.get("op")), None) or _common(fields)


def _common(fields: Fields) -> Signature | None:
    """What several programs say in many words."""
    message = str(fields.get("msg", ""))
    if "memberlist: " in message:
        return next((Signature(kind, "") for kind, words in MEMBERLIST if _says(message, words)), None)
    if fields.get("logger") == "cert-rotation":
        return Signature(K.CERT_ROTATION_ERROR, "", only_errors=True)
    if ": Failed to watch " in message:
        return Signature(K.API_WATCH_FAILED, "")
    if "failed calling webhook " in message:
        return Signature(K.WEBHOOK_FAILED, "")
    return None


def _says(message: str, words: str) -> bool:
    begin, _, end = words.partition("{}")
    return f"memberlist: {begin}" in message and end in message


def _text(value: Any) -> str | None:
    """A value as a text, bounded; None where nothing is told."""
    if value is None or value in ("", "null"):
        return None
    return (value if isinstance(value, str) else repr(value))[:TEXT]


def _ips(fields: Fields) -> tuple[str, ...]:
    value = fields.get("ips") or fields.get("ip") or fields.get("node addr") or ()
    parts = value.strip("[]").replace(",", " ").split() if isinstance(value, str) else value
    return (
        tuple(address(part) for part in parts if isinstance(part, str))[:50] if isinstance(parts, list | tuple) else ()
    )


def _detail(value: Any) -> str | int | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | str):
        return value if isinstance(value, int) or len(value) <= DETAIL else None
    if isinstance(value, float):
        return str(value)
    names = value if isinstance(value, list) else [] if not isinstance(value, dict) else list(value)
    joined = " ".join(str(name) for name in names[:50])
    return joined[:DETAIL] or None


def _details(fields: Fields) -> dict[str, str | int]:
    found: dict[str, str | int] = {}
    for key, value in fields.items():
        detail = _detail(value) if key not in _TAKEN and len(found) < DETAILS else None
        if detail is not None:
            found[key.strip(" :")] = detail
    return found


def _service(fields: Fields, kind: MetallbLogKind) -> str | None:
    """`ns/name`; `failed to handle service` has the whole object under `service` and its name under `name`."""
    value = fields.get("name") if kind is K.SERVICE_FAILED else fields.get("service")
    if isinstance(value, dict):
        value = f"{value.get('Namespace') or value.get('namespace')}/{value.get('Name') or value.get('name')}"
    return value if isinstance(value, str) and len(value) <= DETAIL else None


def _kind(signature: Signature, fields: Fields, error: str) -> MetallbLogKind:
    """What the error tells better than the message."""
    if signature.kind not in (K.RECONCILER_ERROR, K.OPERATOR_SYNC_FAILED):
        return signature.kind
    if "denied the request" in error:
        return K.WEBHOOK_DENIED
    if "failed calling webhook" in error:
        return K.WEBHOOK_FAILED
    if "MetalLB resource name must be" in error:
        return K.BAD_INSTANCE_NAME
    whose = f"{fields.get('logger')}.{fields.get('controller')}".lower()
    operator = "FailedToSyncMetalLBResources" in error or "metallb" in whose.split(".")
    return K.OPERATOR_SYNC_FAILED if operator else signature.kind


_RELOAD_CAUSES = {"failed": "frr reload failed"}  # frr-k8s tells `lastReloadResult` where MetalLB tells `cause`


def _reason(signature: Signature, fields: Fields) -> str | None:
    told = fields.get("reason") or fields.get("cause") or _RELOAD_CAUSES.get(str(fields.get("lastReloadResult")))
    told = told or signature.reason
    if signature.kind is K.CONFIG_STALE:
        told = told or fields.get("message")
    if signature.kind is K.FRR_RELOAD_VALIDATE and fields.get("op") == "fetch status":
        told = told or "fetch status"
    if signature.kind is K.ADDRESS_CLEARED:
        told = told or fields.get("error")
    return _text(told)


def understand(fields: Fields) -> Message | str | None:
    """What a message says; None if it is not wanted; a text tells what is missing in a known one."""
    signature = _signature(fields)
    level = str(fields["level"]).lower() if fields.get("level") else None
    if signature is None or (signature.only_errors and level not in ("error", "dpanic", "panic", "fatal")):
        return None
    error = _text(
        fields.get("error") or fields.get("err") or (fields.get(signature.begin) if signature in KEYS else None)
    )
    message = Message(
        kind=_kind(signature, fields, error or ""),
        text=_text(fields.get("msg") or fields.get("event") or fields.get("message")) or signature.begin or error or "",
        level="info" if level is None and signature.kind is K.STARTING else level,
        service=_service(fields, signature.kind),
        ips=_ips(fields),
        pool=_text(fields.get("pool")),
        peer=_peer(fields),
        protocol=signature.protocol or _text(fields.get("protocol")),
        node=_node(fields, error or ""),
        interface=_text(fields.get("interface")),
        reason=_reason(signature, fields),
        error=None if signature.kind is K.DAEMONS_NOT_RUNNING and not signature.reason else error,
        session=_text(fields.get("session")),
        details=_more(signature, fields),
    )
    if signature.needs and not getattr(message, signature.needs):
        return f"a known message without its {signature.needs}"
    return message


def _peer(fields: Fields) -> str | None:
    """The name of a BGPPeer or an address; MetalLB's own BGP writes the port behind it."""
    value = _text(fields.get("peer"))
    if value and (match := _ADDRESS_AND_PORT.fullmatch(value)):
        value = match["one"] or match["two"]
    return address(value) if value else None


def _node(fields: Fields, error: str) -> str | None:
    told = fields.get("node name") or fields.get("node")
    if isinstance(told, str):
        return told[:DETAIL]
    member = _MEMBER.search(str(fields.get("msg", "")))
    if member:
        return member["one"] or member["two"] or member["three"]
    invalid = _NODE.search(error)
    return invalid[1] if invalid else None


def _more(signature: Signature, fields: Fields) -> dict[str, str | int]:
    details = _details(fields)
    if signature.kind is K.STARTING:
        told = _VERSION.search(str(fields.get("msg")))
        found = told.groupdict() if told else {"commit": details.pop("id", None)}
        return {key: value for key, value in {**found, **details}.items() if value}
    if signature.kind is K.DAEMONS_NOT_RUNNING and not signature.reason:
        running = str(fields[signature.begin]).strip()
        return {"running": running, **details}
    return details
