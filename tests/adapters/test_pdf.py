"""ACC-03: papers everyone can read; and nothing is fetched for them (WeasyPrint CVE-2024-28184 and kin)."""

from __future__ import annotations

import io
import socket
import threading

import pikepdf
import pytest

from adapters import pdf

PAGE = (
    '<!doctype html><html lang="{lang}"><head><title>{title}</title>{head}</head><body>{body}</body></html>'
)


def page(body="<h1>Ontvangst</h1><p>Dank je.</p>", *, lang="nl", title="Ontvangstbewijs", head=""):
    return PAGE.format(lang=lang, title=title, head=head, body=body)


def opened(html):
    return pikepdf.open(io.BytesIO(pdf.render(html)))


def test_a_paper_is_tagged_titled_and_says_its_language():
    paper = opened(
        page(
            "<h1>Eén</h1><p>Twee</p><ul><li>drie</li></ul><table><tr><th>a</th></tr><tr><td>b</td></tr></table>"
        )
    )
    assert bool(paper.Root.MarkInfo.Marked)
    assert str(paper.Root.Lang) == "nl"
    assert "/StructTreeRoot" in paper.Root
    assert bool(paper.Root.ViewerPreferences.DisplayDocTitle)
    with paper.open_metadata() as meta:
        assert meta["dc:title"] == "Ontvangstbewijs"
        assert meta["pdfuaid:part"] == "1"
    tags = {str(item.S) for item in _items(paper.Root.StructTreeRoot)}
    assert {"/H1", "/P", "/L", "/LI", "/Table", "/TH", "/TD"} <= tags


def _items(item):
    kids = item.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from _items(kid)


def test_every_font_is_embedded():
    paper = opened(page("<p>€ ß ñ ž — “quoted” Ω</p>"))
    fonts = [
        o for o in paper.objects if isinstance(o, pikepdf.Dictionary) and o.get("/Type") == "/FontDescriptor"
    ]
    assert fonts
    assert [font for font in fonts if not {"/FontFile", "/FontFile2", "/FontFile3"} & set(font.keys())] == []


@pytest.fixture
def listener():
    """An address of this machine that counts who knocks."""
    knocks: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.05)
    over = threading.Event()

    def listen() -> None:
        while not over.is_set():
            try:
                caller, _ = server.accept()
            except TimeoutError:
                continue
            with caller:
                knocks.append(caller.recv(200))

    thread = threading.Thread(target=listen)
    thread.start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}", knocks
    over.set()
    thread.join()
    server.close()


OUTSIDE = [
    '<img src="{url}/x.png">', '<object data="{url}/x.svg"></object>', '<embed src="{url}/x.svg">',
    '<p style="background-image: url({url}/x.png)">x</p>', '<a rel="attachment" href="{url}/x">x</a>',
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><image xlink:href="{url}/x.png" width="9" height="9"/></svg>',
    '<svg xmlns="http://www.w3.org/2000/svg"><use href="{url}/x.svg#a"/></svg>', "<style>@import url({url}/x.css);</style>",
    "<style>@font-face {{ font-family: x; src: url({url}/x.ttf) }} p {{ font-family: x }}</style><p>x</p>",
    "<style>li {{ list-style-image: url({url}/x.png) }}</style><ul><li>x</li></ul>",
    '<p style="content: url({url}/x.png)">x</p>', "<style>p::before {{ content: url({url}/x.png) }}</style><p>x</p>",
    '<img srcset="{url}/x.png 2x" src="{url}/y.png">', '<input type="image" src="{url}/x.png">',
]  # fmt: skip


@pytest.mark.parametrize("body", OUTSIDE)
def test_nothing_outside_is_asked_for(listener, body):
    url, knocks = listener
    _refused_or_plain(page(body.format(url=url)))
    assert knocks == []


@pytest.mark.parametrize("head", ['<link rel="stylesheet" href="{url}/x.css">', '<link rel="attachment" href="{url}/x">',
                                  '<base href="{url}/"><link rel="stylesheet" href="x.css">'])  # fmt: skip
def test_nothing_in_the_head_is_asked_for_either(listener, head):
    url, knocks = listener
    _refused_or_plain(page(head=head.format(url=url)))
    assert knocks == []


@pytest.mark.parametrize("body", OUTSIDE)
def test_no_file_of_this_machine_gets_in(tmp_path, body):
    (tmp_path / "x").write_text("SECRET-OF-THE-HOUSE")
    for name in ("x.png", "x.svg", "x.css", "x.ttf", "y.png"):
        (tmp_path / name).write_text(
            "<svg xmlns='http://www.w3.org/2000/svg'><text>SECRET-OF-THE-HOUSE</text></svg>"
        )
    made = _refused_or_plain(page(body.format(url=f"file://{tmp_path}")))
    assert b"SECRET-OF-THE-HOUSE" not in made


def _refused_or_plain(html):
    try:
        made = pdf.render(html)
    except pdf.PdfRefused:
        return b""
    paper = pikepdf.open(io.BytesIO(made))
    assert "/EmbeddedFiles" not in paper.Root.get("/Names", pikepdf.Dictionary())
    return b"".join(o.read_bytes() for o in paper.objects if isinstance(o, pikepdf.Stream))


def test_an_image_of_our_own_within_the_page_is_set():
    dot = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    paper = opened(page(f'<p>x <img alt="a dot" src="{dot}"></p>'))
    assert [o for o in paper.objects if isinstance(o, pikepdf.Stream) and o.get("/Subtype") == "/Image"]


def test_an_image_from_elsewhere_refuses_the_paper():
    with pytest.raises(pdf.PdfRefused):
        pdf.render(page('<img alt="x" src="http://127.0.0.1:1/x.png">'))
