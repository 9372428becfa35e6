"""Pages that answer with 200 instead of a story: twenty of each kind, invented after
the forms that the products in question are known by."""

from __future__ import annotations


def page(title: str, body: str, head: str = "") -> str:
    return (
        f"<!doctype html><html><head><title>{title}</title>{head}</head>"
        f"<body>{body}</body></html>"
    )


CHALLENGE = (
    page("Just a moment...", '<div id="cf-challenge-running">Checking</div>'),
    page("請稍候...", '<script src="/cdn-cgi/challenge-platform/h/b/orchestrate/x">'),
    page("Attention Required! | Cloudflare", "<h1>Sorry, you have been blocked</h1>"),
    page("x.example", "<script>window._cf_chl_opt={cvId:'3'};</script>"),
    page("Security check", '<div class="cf-turnstile" data-sitekey="k"></div>'),
    page("Verify", '<form><div class="g-recaptcha" data-sitekey="k"></div></form>'),
    page("Verify", '<div class="h-captcha" data-sitekey="k"></div>'),
    page("", '<script src="https://geo.captcha-delivery.com/captcha/?x=1"></script>'),
    page("Access to this page has been denied", '<div id="px-captcha"></div>'),
    page("Access Denied", "<h1>Access Denied</h1>You don't have permission. Ref #18"),
    page("", '<iframe src="/_Incapsula_Resource?x=1"></iframe>Request unsuccessful.'),
    page("Human Verification", '<div id="captcha-container"></div>', "<!--awswaf-->"),
    page("Sucuri WebSite Firewall - Access Denied", "<h2>Block reason</h2>"),
    page("Request Rejected", "The requested URL was rejected. Support ID: 12"),
    page("安全驗證", "<p>請完成下方驗證後繼續瀏覽</p><div id='slider'></div>"),
    page("驗證", "<h1>請證明您不是機器人</h1><input name='captcha'>"),
    page("人機驗證", "<p>拖動滑塊完成拼圖</p><script src='/gt.js'></script>"),
    page("Robot Check", "<p>Please verify you are a human</p>"),
    page("Pardon Our Interruption", "<p>something made us think you are a bot</p>"),
    page("DDoS-Guard", "<h1>Checking your browser before accessing</h1>"),
)

CONSENT = (
    page("Before you continue", '<form action="https://consent.example/save">'),
    page("您的隱私權", "<h1>我們重視您的隱私</h1><button>同意並繼續</button>"),
    page("Cookie 設定", "<p>本網站使用 Cookie</p><button>全部接受</button>"),
    page("Privacy", '<div id="onetrust-consent-sdk"><h2>We value your privacy</h2>'),
    page("Privacy", '<div id="qc-cmp2-container">We value your privacy</div>'),
    page("Privacy", '<div id="didomi-host">Welcome</div><button>Agree</button>'),
    page("Privacy", '<div id="sp_message_container_1">Accept all</div>'),
    page("Consent", '<div id="truste-consent-track">Agree and proceed</div>'),
    page("Cookies", '<div id="CybotCookiebotDialog">Allow all</div>'),
    page("Cookies", '<div id="usercentrics-root">Accept</div>'),
    page("Cookies", '<div class="fc-consent-root">Consent</div>'),
    page("Your privacy choices", "<h1>We and our partners use cookies</h1>"),
    page("Yahoo 的同意", '<form class="consent-form" action="/v2/collectConsent">'),
    page("Cookie consent", "<p>Accept all cookies to continue</p>"),
    page("隱私權同意", "<p>請同意使用條款及隱私權政策後繼續閱讀</p>"),
    page("歡迎", "<h2>使用 Cookie 前請先同意</h2><button>我同意</button>"),
    page("GDPR", "<h1>Your data. Your choice.</h1><button>Accept all</button>"),
    page("Consent Management", '<div id="cmpbox"><a>Accept all</a></div>'),
    page("Cookie-Zustimmung", '<div id="cmpwrapper">Cookies akzeptieren</div>'),
    page("年齡與隱私聲明", "<h1>Cookie 政策</h1><a>接受所有 Cookie</a>"),
)

LOGIN = (
    page("會員登入", '<form><input name="id"><input type="password"></form>'),
    page("登入", "<p>請先登入</p>"),
    page("登入 | 世界新聞網", "<h1>會員登入</h1><a href='/forgot'>忘記密碼</a>"),
    page("Sign in", "<form><input name=u><input type='password' name=p></form>"),
    page("Log in", "<h1>Log in to continue reading</h1>"),
    page("會員中心", "<p>此文章僅限會員閱讀，請登入</p>"),
    page("世界新聞網", '<script>location.href="/member/login?r=1"</script>'),
    page("訂閱", "<h1>請登入或訂閱以繼續閱讀</h1>"),
    page("Subscribe", "<h1>Sign in or subscribe to continue</h1>"),
    page("Login", "<input type=password>"),
    page("帳號登入", "<label>帳號</label><label>密碼</label><button>登入</button>"),
    page("Authentication required", "<h1>Please log in</h1>"),
    page(
        "單一登入", '<form action="/sso/login"><button>以 Google 登入</button></form>'
    ),
    page("x", '<meta http-equiv="refresh" content="0; url=/member/login">'),
    page("身分驗證", '<form action="/auth/login"><input type="PASSWORD"></form>'),
    page("Members only", "<h1>This content is for members only. Log in</h1>"),
    page("會員登錄", "<p>請登錄後繼續閱讀全文</p>"),
    page("請登入", "<p>您的登入已逾時，請重新登入</p>"),
    page("Account", "<h2>Sign in to your account</h2><input type=email>"),
    page("udn 會員", "<p>加入會員即可閱讀全文，已是會員？請登入</p>"),
)

SOFT_404 = (
    page("404 Not Found", "<h1>Not Found</h1>"),
    page("找不到網頁", "<p>抱歉，您要找的網頁不存在</p>"),
    page("頁面不存在", "<h1>頁面不存在</h1><a href='/'>回首頁</a>"),
    page("世界新聞網", "<h1>404</h1><p>找不到您要的頁面</p>"),
    page("世界新聞網", "<p>您所查詢的文章不存在或已被移除</p>"),
    page("世界新聞網", "<h2>此文章已下架</h2>"),
    page("Page not found", "<p>We can't find that page</p>"),
    page("Error 404", "<p>The page you requested could not be found</p>"),
    page("Oops!", "<h1>This page does not exist</h1>"),
    page("世界新聞網", "<p>很抱歉，該則新聞已不存在</p>"),
    page("查無此頁", "<p>查無此頁，五秒後回到首頁</p>"),
    page("查無資料", "<h1>查無資料</h1>"),
    page("錯誤", "<p>網頁已移除或網址錯誤</p>"),
    page("410 Gone", "<h1>Gone</h1><p>This article is no longer available</p>"),
    page("世界新聞網", "<h1>找不到文章</h1>"),
    page("Not found | World Journal", "<h1>Story not found</h1>"),
    page("世界新聞網", "<p>文章已刪除</p>"),
    page("無此頁面", "<p>您輸入的網址有誤</p>"),
    page("世界新聞網", "<h1>此頁面已失效</h1>"),
    page("Article unavailable", "<h1>The article has been removed</h1>"),
)

WALLS = {
    "challenge": CHALLENGE,
    "consent": CONSENT,
    "login": LOGIN,
    "soft_404": SOFT_404,
}
