"""The answers that a test of a connection can get: each of them tells another owner.

Texts: strerror of glibc, with its translations into a few languages, and of musl, Go's net package, curl lib/connect.c,
lib/vtls and src/tool_operate.c, iputils ping, busybox, nmap ncat, OpenBSD nc, inetutils and netkit telnet, bash
redirections to /dev/tcp.
"""

import re
from enum import StrEnum


class Answer(StrEnum):
    """What came back."""

    CONNECTED = "connected"
    HTTP = "http"  # a whole answer of a web server, whatever its status says
    REFUSED = "refused"  # the host answers, and nothing listens there, or a filter answers with a reset
    TIMED_OUT = "timed-out"  # nothing came back
    NO_ROUTE = "no-route"  # a router, or the source itself for a neighbour, says that the host is not there
    UNREACHABLE = "unreachable"  # the source or a router has no route to the network
    PROHIBITED = "prohibited"  # a filter says so
    TOO_BIG = "too-big"  # a packet did not fit, and must not be cut
    LOOP = "loop"  # it was passed on until its time was over
    RESET = "reset"  # the connection was made, then broken
    EMPTY = "empty"  # the connection was made, then closed or silent, without an answer
    TLS_TIMED_OUT = "tls-timed-out"  # the connection was made, and its TLS handshake had no end
    TLS_FAILED = "tls-failed"  # the handshake ended with an error
    NOT_RESOLVED = "not-resolved"  # the name has no address
    OTHER = "other"


GOOD = frozenset({Answer.CONNECTED, Answer.HTTP})

_SIGNS = tuple(
    (answer, re.compile(expression, re.IGNORECASE))
    for answer, expression in (
        (
            Answer.TLS_TIMED_OUT,
            r"TLS handshake time(?:d )?-?out|SSL (?:connection|handshake) time(?:d )?-?out|SSL connect timeout",
        ),
        (
            Answer.NOT_RESOLVED,
            (
                r"could not resolve|couldn't resolve|name or service not known|no address associated|unknown host"
                r"|bad address '|temporary failure in name resolution|nodename nor servname|no such host"
                r"|resolving timed out|unknown server error|host name lookup failure|not known"
            ),
        ),
        (Answer.TOO_BIG, r"frag(?:mentation)? needed|message too long|packet too big"),
        (
            Answer.PROHIBITED,
            r"host prohibited|net prohibited|packet filtered|operation not permitted|administratively prohibited",
        ),
        (Answer.LOOP, r"time to live exceeded|ttl expired|hop limit exceeded|time exceeded"),
        (
            Answer.REFUSED,
            (
                r"connection refused|actively refused|\brefused\b|port unreachable|接続を拒否されました|拒绝连接"
                r"|Verbindungsaufbau abgelehnt|Connexion refusée|Conexión rehusada|Connessione rifiutata"
            ),
        ),
        (
            Answer.NO_ROUTE,
            (
                r"no route to host|(?:destination )?host (?:is )?unreachable|address unreachable|host is down"
                r"|ホストへの経路がありません|没有到主机的路由|Keine Route zum Zielrechner|Aucun chemin d'accès pour"
                r"|No existe ninguna ruta hasta|Nessun instradamento per l'host"
            ),
        ),
        (
            Answer.UNREACHABLE,
            (
                r"net(?:work)? (?:is )?unreachable|no route\b|can't assign requested address|ネットワークに届きません"
                r"|网络不可达|Netzwerk ist nicht erreichbar|réseau n'est pas accessible|La red es inaccesible"
            ),
        ),
        (
            Answer.TLS_FAILED,
            (
                r"NSS error|SSL[_ ](?:connect|certificate|error|routines)|OpenSSL|gnutls|wrong version number"
                r"|certificate (?:problem|issuer|verify|subject|has expired)|x509: |TLS connect error"
                r"|SSL: |schannel|tlsv1 alert|handshake fail"
            ),
        ),
        (Answer.RESET, r"connection (?:was )?reset|broken pipe|forcibly closed"),
        (Answer.EMPTY, r"empty reply|connection closed by foreign host|unexpected EOF|\bEOF$"),
        (
            Answer.TIMED_OUT,
            (
                r"timed? ?-?out|deadline exceeded|operation now in progress|exit status 124|100(?:\.0)?% packet loss"
                r"|タイムアウト|连接超时|Wartezeit für die Verbindung|expiration du délai|Expiró el tiempo de conexión"
            ),
        ),
    )
)


def answer_of(text: str) -> Answer:
    """The class of an error's text; OTHER where it says none of them."""
    text = text[:1000]
    return next((answer for answer, sign in _SIGNS if sign.search(text)), Answer.OTHER)
