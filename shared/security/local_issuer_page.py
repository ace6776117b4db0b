"""The one page of the local issuer: pick the demonstration person to sign in as.

Plain HTML that works without scripts, with a keyboard and with a screen reader.
"""

from collections.abc import Mapping, Sequence
from html import escape
from urllib.parse import urlsplit

from shared.security.local_directory import LocalPerson

STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; color: #14202b; background: #f4f6f8; margin: 0; }
main { max-width: 42rem; margin: 2rem auto; padding: 1.5rem 2rem; background: #fff;
       border: 1px solid #c6ced6; }
h1 { font-size: 1.4rem; margin: 0 0 .5rem; }
ul { list-style: none; padding: 0; }
li { border-top: 1px solid #dde3e8; }
button { font: inherit; color: inherit; text-align: start; width: 100%; padding: .75rem .5rem;
         background: none; border: 0; cursor: pointer; }
button:hover { background: #eaf1f8; }
button:focus-visible { outline: 3px solid #0b5cad; outline-offset: -3px; }
.roles { display: block; color: #465765; font-size: .875rem; }
@media (prefers-color-scheme: dark) {
  body { color: #e6ebf0; background: #0f161c; }
  main { background: #18212a; border-color: #3a4753; }
  li { border-color: #2c3843; }
  button:hover { background: #22303c; }
  button:focus-visible { outline-color: #8ab4f8; }
  .roles { color: #a9b7c4; }
}
"""

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in to the demonstration</title>
<style nonce="{nonce}">{style}</style>
</head>
<body>
<main>
<h1>Sign in to the demonstration</h1>
<p>These officers are invented and have no password. Choose whom you want to be;
nothing that you then see may be acted upon.</p>
<form method="post" action="authorize">
{hidden}
<ul>
{people}
</ul>
</form>
</main>
</body>
</html>
"""

PERSON = """<li><button type="submit" name="person" value="{subject}">{display_name}
<span class="roles">{roles}</span></button></li>"""


def render_page(people: Sequence[LocalPerson], request: Mapping[str, str], nonce: str) -> str:
    """The page, with the authorization request carried along in hidden fields."""
    hidden = [
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in request.items()
    ]
    return PAGE.format(
        nonce=nonce, style=STYLE, hidden="\n".join(hidden), people="\n".join(_button(row) for row in people)
    )


def content_security_policy(nonce: str, redirect_uri: str) -> str:
    """Nothing but the page's own style; browsers hold a form's redirect to `form-action` as well."""
    place = urlsplit(redirect_uri)
    return (
        f"default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {place.scheme}://{place.netloc}"
    )


def _button(person: LocalPerson) -> str:
    roles = ", ".join(role.value.replace("_", " ").lower() for role in person.roles)
    return PERSON.format(
        subject=escape(person.subject), display_name=escape(person.display_name), roles=escape(roles)
    )
