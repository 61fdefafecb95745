"""Web addresses: which may be asked at all, one spelling for each, and which numbers on the network are private."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from outproduce.errors import FetchError

_LONGEST = 4096
_TRACKING = re.compile(r"(?i)(utm_\w+|fbclid|gclid|yclid|mc_[ce]id|igshid|_openstat|ysclid)\Z")
_SHOWN = 200
_SHARED = ipaddress.ip_network("64:ff9b::/96")  # IPv4 addresses as seen by an IPv6-only network
_PORTS = {"http": 80, "https": 443}
_AS_IS = "/%:@!$&'()*+,;=~-._?[]"
_TWIN_HOSTS = re.compile(r"\A(www|m|mobile|amp|wap|pda|touch)\.")
_COPIERS = (".cdn.ampproject.org", "translate.goog", "web.archive.org")


def is_address(source: str) -> bool:
    """Whether a source is an address rather than a path; also of a kind that is refused later, such as ftp.

    >>> is_address("https://example.org/a"), is_address("C:/reports"), is_address("-")
    (True, False, False)
    """
    return re.match(r"(?i)[a-z][a-z0-9+.-]+://", source) is not None


def addresses_in(text: str) -> list[str]:
    r"""Give the addresses of a list, one a line with comments after #; none where a line is anything else.

    >>> addresses_in("# mine\nhttps://example.org/1\n"), addresses_in("See https://example.org/1")
    (['https://example.org/1'], [])
    """
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return lines if all(is_address(line) and " " not in line for line in lines) else []


def clean_address(address: str, base: str | None = None) -> str:
    """Give an http or https address in the spelling used everywhere: without fragment and marks of advertisers.

    Raises:
        FetchError: it is no address of the web, or holds a name and password.

    >>> clean_address("../a?utm_source=x&id=7#top", "HTTPS://Example.org:443/news/b")
    'https://example.org/a?id=7'
    """
    try:
        if re.search(r"[\x00-\x1f\x7f]", address.strip()):
            raise ValueError("it holds control characters")
        parts = urlsplit(urljoin(base or "", address.strip()))
        if parts.scheme not in _PORTS:
            raise FetchError(f"{address[:_SHOWN]!r} is no http or https address; only those are fetched")
        if "@" in parts.netloc:
            raise FetchError(
                f"the address at {parts.hostname!r} holds a user name; only what is open to all is fetched"
            )
        if not parts.hostname or len(address) > _LONGEST:
            raise FetchError(
                f"{address[:_SHOWN]!r} names no host or is longer than {_LONGEST} characters; copy it again"
            )
        host = _spelled_host(parts)
    except ValueError as error:  # UnicodeError among them
        raise FetchError(f"{address[:_SHOWN]!r} is no address ({error}); copy it again from the browser") from None
    kept = [pair for pair in parts.query.split("&") if pair and not _TRACKING.match(pair.split("=")[0])]
    query = f"?{quote('&'.join(kept), safe=_AS_IS)}" if kept else ""
    return f"{parts.scheme}://{host}{quote(parts.path or '/', safe=_AS_IS)}{query}"


def _spelled_host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if ":" in host:
        host = f"[{ipaddress.ip_address(host)}]"
    elif not re.fullmatch(r"[\w.-]+", host := host if host.isascii() else host.encode("idna").decode("ascii")):
        raise ValueError(f"{host!r:.80} is no host")
    port = parts.port
    return host if port in (None, _PORTS[parts.scheme]) else f"{host}:{port}"


def site_of(url: str) -> str:
    """Name host and port of an address, for which one pace is kept.

    >>> site_of("http://127.0.0.1:8000/a")
    '127.0.0.1:8000'
    """
    return urlsplit(url).netloc


def speaks_for(claimed: str, url: str) -> bool:
    """Whether a page fetched from `url` may say that its real address is `claimed`: one of its own site.

    Otherwise any page could pass for a report of another outlet. Mobile and AMP hosts are of the site, and services
    that copy pages for others are believed.

    >>> speaks_for("https://example.org/a", "https://amp.example.org/a")
    True
    >>> speaks_for("https://example.org/a", "https://example.com/a")
    False
    """
    one, other = (_TWIN_HOSTS.sub("", urlsplit(address).hostname or "") for address in (claimed, url))
    if not one or not other:
        return False
    return one == other or one.endswith(f".{other}") or other.endswith((f".{one}", *_COPIERS))


def is_public(number: str) -> bool:
    """Whether an IP address is one of the open internet: not private, loopback, link-local, shared or reserved.

    >>> is_public("93.184.216.34"), is_public("::ffff:127.0.0.1"), is_public("169.254.169.254"), is_public("fe80::1%2")
    (True, False, False, False)
    """
    address = ipaddress.ip_address(number.split("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in _SHARED:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return address.is_global and not address.is_multicast and not address.is_reserved
