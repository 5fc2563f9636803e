"""Which addresses a webhook may have: public ones, so that no request reaches our own network."""

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

_GLOBAL_UNICAST = IPv6Network("2000::/3")
_HOST = re.compile(r"^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*\.?$")
_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f\\]")
LONGEST_URL = 2000


def url_fault(url: str, *, development: bool) -> str | None:
    """What is wrong with the URL of a webhook, or None.

    Names are not looked up here: what they resolve to is checked at each connection.
    """
    if len(url) > LONGEST_URL:
        return f"Send at most {LONGEST_URL} characters."
    if _UNPRINTABLE.search(url) or not url.isascii():
        return "Write the URL in ASCII without spaces, control characters or backslashes."
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "Not a URL; send one such as https://example.org/hooks."
    if parts.scheme != "https" and not (development and parts.scheme == "http"):
        return "Send an https URL."
    if parts.username is not None or parts.password is not None:
        return "Leave user and password out; check the signature instead."
    if parts.fragment:
        return "Leave the fragment (#…) out."
    if not parts.hostname or port == 0:
        return "Name a host, and a port of 1 to 65535 if any."
    return _host_fault(parts.hostname, development=development)


def address_fault(address: str, *, development: bool) -> str | None:
    """Why a webhook must not connect to this IP address, or None.

    Raises:
        ValueError: it is no IP address.
    """
    ip = ip_address(address)
    judged: IPv4Address | IPv6Address = ip
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        judged = ip.ipv4_mapped
    if development and judged.is_loopback:
        return None
    public = judged.is_global and not judged.is_multicast and not judged.is_reserved
    if isinstance(judged, IPv6Address):
        tunnelled = judged.sixtofour is not None or judged.teredo is not None
        public = public and judged in _GLOBAL_UNICAST and not tunnelled
    return None if public else f"{address} is not a public address."


def _host_fault(host: str, *, development: bool) -> str | None:
    try:
        return address_fault(host, development=development)
    except ValueError:
        pass  # a name
    if not _HOST.match(host):
        return f"{host} is not a host name."
    labels = host.rstrip(".").split(".")
    if re.fullmatch(r"[0-9]+|0x[0-9a-f]*", labels[-1]):
        return f"Write {host} as a plain IP address, such as 198.51.100.7."
    if labels[-1] in {"localhost", "local", "internal"} and not (
        development and labels[-1] == "localhost"
    ):
        return f"{host} is not a public host."
    return None
