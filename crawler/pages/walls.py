"""Walls: pages that stand where a story should be, by what they say."""

from __future__ import annotations

import re

# Products that ask for a proof, by marks that an ordinary page of their customers
# lacks: Cloudflare puts its other scripts (jsd) on every page
CHALLENGE_MARK = re.compile(
    r"cf-challenge|cf-browser-verification|challenge-platform/[^\"'\s>]{0,99}orchestrate"
    r"|_cf_chl_opt|class=[\"']?(?:cf-turnstile|g-recaptcha|h-captcha)"
    r"|captcha-delivery\.com|id=[\"']?px-captcha|_Incapsula_Resource"
    r"|id=[\"']?captcha-container|name=[\"']?captcha\b|/gt\.js|errors\.edgesuite\.net",
    re.IGNORECASE,
)
CHALLENGE_WORDS = re.compile(
    r"Just a moment|Attention Required|Access Denied"
    r"|Access to this page has been denied"
    r"|WebSite Firewall|Request unsuccessful|Request Rejected"
    r"|requested URL was rejected|Robot Check"
    r"|verify (?:that )?you are (?:a )?human|Pardon Our Interruption"
    r"|you are a (?:ro)?bot"
    r"|Checking your browser|Human Verification"
    r"|人機驗證|安全驗證|不是機器人|完成下方驗證",
    re.IGNORECASE,
)
# What any server says with a 403
DENIED_WORDS = re.compile("Access (?:is )?Denied", re.IGNORECASE)
# What a tag says behind its name, and the values in it: possessive, so that no sign is
# looked at for more than one of them
INPUT = re.compile(r"<input[^>]([^>]{0,513}+)", re.IGNORECASE)
FORM = re.compile(r"<form[^>]([^>]{0,807}+)", re.IGNORECASE)
REFRESH = re.compile(r"http-equiv=[\"']?refresh[^>]([^>]{0,402}+)", re.IGNORECASE)
PASSWORD = re.compile(r"type=[\"']?password", re.IGNORECASE)
ACTION = re.compile(r"action=[\"']?+([^\"'\s>]*+)", re.IGNORECASE)
TARGET = re.compile(r"url=([^\"'>]*+)", re.IGNORECASE)
LOGIN_ADDRESS = re.compile(r"/(?:login|signin)\b", re.IGNORECASE)
LOGIN_SCRIPT = re.compile(
    r"(?:location(?:\.href)?\s?=\s?|location\.(?:replace|assign)\(\s?)[\"']"
    r"[^\"']{0,300}/(?:login|signin)\b",
    re.IGNORECASE,
)
LOGIN_WORDS = re.compile(
    r"請先登[入錄]|請(?:重新)?登[入錄](?:後|或|$|[\s，。])|請重新登[入錄]|已是會員.{0,3}請登[入錄]"
    r"|(?:log|sign) in (?:or subscribe )?to (?:continue|read|your account)"
    r"|please (?:log|sign) in|for members only|帳號\s*密碼",
    re.IGNORECASE,
)
LOGIN_TITLE = re.compile(
    r"\s*(?:會員|帳號)?登[入錄]\s*(?:[|｜-].*)?|(?:log|sign) ?in", re.IGNORECASE
)
CONSENT_MARK = re.compile(
    r"id=[\"']?(?:onetrust-consent-sdk|qc-cmp2-container|didomi-host"
    r"|sp_message_container|truste-consent|CybotCookiebotDialog|usercentrics-root"
    r"|cmpbox|cmpwrapper)|class=[\"']?(?:fc-consent-root|consent-form)",
    re.IGNORECASE,
)
CONSENT_ADDRESS = re.compile(r"//consent\.|collectConsent", re.IGNORECASE)
CONSENT_WORDS = re.compile(
    r"we value your privacy|our partners use cookies|accept (?:all )?cookies"
    r"|(?:accept|allow) all\b|before you continue"
    r"|重視您的隱私|使用 ?cookie|同意使用條款|接受所有 ?cookie|隱私權同意|cookie ?政策",
    re.IGNORECASE,
)
# A page at a story's address: whatever says that it is not there speaks of the story
ABSENT_WORDS = re.compile(
    r"\b(?:page|story|article) (?:does not exist|not found"
    r"|(?:you \w+ )?could not be found"
    r"|has been removed|is no longer available|unavailable)"
    r"|can['’]t find (?:that|the|this) page|(?:404|410)\s*(?:not found|gone|error)"
    r"|error\s*404|^\s*(?:404|not found|gone)\s*$"
    r"|(?:網頁|頁面|文章|新聞|內容|稿件|查無此頁|無此頁面).{0,8}"
    r"(?:不存在|已?被?移除|已?被?刪除|已?下架|已?失效)"
    r"|找不到.{0,6}(?:網頁|頁面|文章|新聞)|查無(?:此頁|資料|此文|此篇)|無此(?:頁面|文章)",
    re.IGNORECASE | re.MULTILINE,
)
# Possessive or bounded throughout: no page may cost much more than its length
UNSAID = re.compile(
    r"<!--.*?(?:-->|\Z)|<(/?)(script|style|nav|header|footer|a)\b[^>]*+>?",
    re.IGNORECASE | re.DOTALL,
)
TITLE = re.compile(r"<title[^>]{0,200}+>([^<]{0,200})", re.IGNORECASE)
HEADING = re.compile(r"<h1[^>]{0,200}+>([^<]{0,200})", re.IGNORECASE)
TAG = re.compile(r"<[^>]*+>?")
LINK = re.compile(r"<a\s", re.IGNORECASE)
# A wall says little and leads nowhere; a page of the paper that lacks its story still
# has its menus and lists, and may have a banner about cookies
LINKS_MAX = 20
GONE = (404, 410)
LETTERS_MAX = 2_000


def wall(text: str) -> tuple[str, str] | None:
    """What a page without a story's marks is, as one word and a sentence; None for
    none of: ``challenge``, ``login``, ``consent``, ``soft_404``.

    Words count only outside of links, menus and scripts, and on a page as bare as such
    pages are; what is told by markup alone counts anywhere, consent excepted.
    """
    if CHALLENGE_MARK.search(text):
        return "challenge", "the page asks to prove that we are no robot"
    if _logs_in(text):
        return "login", "the page asks to log in"
    if not few_links(text):
        return None
    said = said_by(text)
    if len(said) > LETTERS_MAX:
        return None
    if CHALLENGE_WORDS.search(said):
        return "challenge", "the page asks to prove that we are no robot"
    if LOGIN_WORDS.search(said) or any(LOGIN_TITLE.fullmatch(t) for t in titles(text)):
        return "login", "the page asks to log in"
    if ABSENT_WORDS.search(said):
        return "soft_404", "the page says that there is no such story"
    if _asks_consent(text) or CONSENT_WORDS.search(said):
        return "consent", "the page asks for consent first"
    return None


def wall_of_error(status: int, text: str) -> tuple[str, str] | None:
    """As :func:`wall`, for a page that came with the status of an error; None for an
    error that is only that.

    Such a page counts only if it is bare, whatever marks it has: the site's own error
    page may hold a form to log in. Of what is gone (404, 410) only a challenge makes
    something else.
    """
    if not few_links(text) or len(said_by(text)) > LETTERS_MAX:
        return None
    found = wall(DENIED_WORDS.sub("", text))
    if found is None or found[0] == "soft_404":
        return None
    return found if found[0] == "challenge" or status not in GONE else None


def few_links(text: str) -> bool:
    return len(LINK.findall(text)) <= LINKS_MAX


def _logs_in(text: str) -> bool:
    """Does a page have a field for a password, or lead to an address to log in at?"""
    return bool(
        LOGIN_SCRIPT.search(text)
        or _leads(INPUT, text, PASSWORD)
        or any(_leads(ACTION, tag[1], LOGIN_ADDRESS) for tag in FORM.finditer(text))
        or any(_leads(TARGET, tag[1], LOGIN_ADDRESS) for tag in REFRESH.finditer(text))
    )


def _asks_consent(text: str) -> bool:
    return bool(CONSENT_MARK.search(text)) or _leads(ACTION, text, CONSENT_ADDRESS)


def _leads(value: re.Pattern[str], text: str, to: re.Pattern[str]) -> bool:
    """Is ``to`` in any value of a text?"""
    return any(to.search(found[1]) for found in value.finditer(text))


def said_by(text: str) -> str:
    """The words of a page, its title first, one line for every piece between tags;
    without links, menus and scripts."""
    kept, place, inside = [], 0, ""
    for found in UNSAID.finditer(text):
        closing, name = found[1], (found[2] or "").lower()
        if not inside:
            kept.append(text[place : found.start()])
            place = found.end()
            inside = "" if closing else name
        elif closing and name == inside:
            place, inside = found.end(), ""
    if not inside:
        kept.append(text[place:])
    pieces = TAG.split("\n".join(kept))
    return "\n".join(piece.strip() for piece in pieces if piece.strip())


def titles(text: str) -> list[str]:
    """Title and first-rank headings."""
    return [t.strip() for kind in (TITLE, HEADING) for t in kind.findall(text)]
