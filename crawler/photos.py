"""Addresses of photos: the original behind the site's image proxy."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote, urljoin, urlsplit

from crawler.urls import ENDS, PHOTO_PROXY, PORTS, SITE

PHOTO_PLACEHOLDERS = ("/noimg_cid", "/static/img/og_image.")
PROXIED = re.compile(r"[?&]u=([^&#]*)")
# What nearly every photo's address looks like; needs no parsing
USUAL_PHOTO = re.compile(
    r"https?://[a-z.]+/gw/photo\.php\?u=https?://([a-z.]+/[\w./-]+)(?=&|$)", re.ASCII
)


@lru_cache(maxsize=4096)
def photo_original(url: str) -> str | None:
    """https address of the photo itself, taken out of the image proxy's ``u=``.

    None for placeholders (no photo) and for what is no web address.
    """
    usual = USUAL_PHOTO.match(url)
    if usual:
        sound = not any(sign in usual[1] for sign in PHOTO_PLACEHOLDERS)
        return f"https://{usual[1]}" if sound else None
    address = url.strip(ENDS)
    if PHOTO_PROXY in address:
        found = PROXIED.search(address)
        address = (
            unquote(found[1])
            if found and "://" not in found[1]
            else (found[1] if found else "")
        )
    if not address or any(sign in address for sign in PHOTO_PLACEHOLDERS):
        return None
    try:
        parts = urlsplit(urljoin(SITE + "/", address))
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in PORTS or not parts.hostname:
        return None
    return parts._replace(scheme="https" if port is None else parts.scheme).geturl()
