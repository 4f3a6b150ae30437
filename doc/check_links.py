"""Does every link and picture of the built pages lead somewhere? `python doc/check_links.py build/doc`.

Needs no network: links to other sites are not followed, but nothing that a page loads may lie on one.
"""

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADED = {"img", "script", "source", "iframe", "video", "audio", "embed", "object"}


class Page(HTMLParser):
    """The places of a page that can be linked to, `anchors`, and its `links`: (target, whether it is loaded)."""

    def __init__(self, path):
        super().__init__()
        self.anchors, self.links = set(), []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        values = {name: value for name, value in attributes if value}
        self.anchors |= {values[name] for name in ("id", "name") if name in values}
        is_loaded = tag in LOADED or (tag == "link" and values.get("rel") in ("stylesheet", "icon", "preload"))
        for name in ("href", "src", "data", "poster"):
            if name in values and not (name == "data" and tag != "object"):
                self.links.append((values[name], is_loaded))
        for candidate in values.get("srcset", "").split(","):
            if candidate.strip():
                self.links.append((candidate.split()[0], True))


def problem(page, link, is_loaded, pages, root):
    """What is wrong with a link of a page, or None."""
    target = urlsplit(link)
    if target.netloc:
        return "is loaded from the network" if is_loaded else None
    if target.scheme:
        return None if target.scheme in ("mailto", "data") else f"has the scheme {target.scheme}"
    path = (page.parent / unquote(target.path)).resolve() if target.path else page
    if not path.is_relative_to(root):
        return "leaves the pages"
    if not path.is_file():
        return "leads to no file"
    anchor = unquote(target.fragment)
    if anchor and path in pages and anchor not in pages[path].anchors:
        return "leads to no such place on its page"
    return None


def main(folder):
    """Print every problem below the folder; the exit status is 1 if there is one."""
    root = Path(folder).resolve()
    pages = {path: Page(path) for path in sorted(root.rglob("*.html"))}
    if not pages:
        sys.exit(f"there are no pages in {root}: build them with `python -m sphinx doc {folder}`")
    found = {
        f"{path.relative_to(root)}: {link} {wrong}"
        for path, page in pages.items()
        for link, is_loaded in page.links
        if (wrong := problem(path, link, is_loaded, pages, root))
    }
    print(*sorted(found), f"{len(pages)} pages, {len(found)} wrong links", sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
