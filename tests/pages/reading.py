"""Reads pages as people and machines do: text without tags, tables as rows, and the rules every page keeps."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.http import HttpResponse

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}


@dataclass
class Element:
    """One element with its attributes and everything inside."""

    name: str
    attributes: dict[str, str]
    children: list["Element | str"] = field(default_factory=list)

    def text(self) -> str:
        """All text inside, white space folded."""
        return " ".join(self.raw().split())

    def raw(self) -> str:
        """All text inside as it stands."""
        return "".join(child if isinstance(child, str) else child.raw() for child in self.children)

    def all(self, name: str, **attributes: str) -> list["Element"]:
        """Elements of this name below, with these attribute values (``class_`` looks for one class)."""
        found = []
        for child in self.children:
            if isinstance(child, Element):
                if child.name == name and child.has(attributes):
                    found.append(child)
                found.extend(child.all(name, **attributes))
        return found

    def one(self, name: str, **attributes: str) -> "Element":
        """The only such element."""
        (found,) = self.all(name, **attributes)
        return found

    def has(self, attributes: dict[str, str]) -> bool:
        wanted_class = attributes.get("class_")
        others = {key: value for key, value in attributes.items() if key != "class_"}
        if wanted_class and wanted_class not in self.attributes.get("class", "").split():
            return False
        return all(
            self.attributes.get(key.replace("_", "-")) == value for key, value in others.items()
        )

    def rows(self) -> list[list[str]]:
        """The rows of a table as texts."""
        return [
            [
                cell.text()
                for cell in row.children
                if isinstance(cell, Element) and cell.name in {"th", "td"}
            ]
            for row in self.all("tr")
        ]

    def every(self) -> list["Element"]:
        """All elements below."""
        found = []
        for child in self.children:
            if isinstance(child, Element):
                found += [child, *child.every()]
        return found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {key: value or "" for key, value in attrs})
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Element(tag, {key: value or "" for key, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].name == tag, f"</{tag}> closes <{self.open[-1].name}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def read(response: HttpResponse) -> Element:
    """The page as a tree; a tag that closes another than it should is a failure."""
    reader = _Reader()
    reader.feed(response.content.decode())
    reader.close()
    assert reader.open == [reader.root], "an element is never closed"
    return reader.root


def check_manners(response: HttpResponse) -> Element:
    """What every page keeps: a language, one main heading, landmarks, unique ids, no inline style or script."""
    page = read(response)
    html = page.one("html")
    assert html.attributes["lang"] in {"ja", "en"}
    assert len(page.all("h1")) == 1
    assert len(page.all("main")) == 1
    assert page.one("title").text()
    elements = page.every()
    ids = [element.attributes["id"] for element in elements if "id" in element.attributes]
    assert len(ids) == len(set(ids)), sorted(one for one in ids if ids.count(one) > 1)
    for element in elements:
        assert "style" not in element.attributes, element
        assert not [name for name in element.attributes if name.startswith("on")], element
        assert element.name != "style"
        if element.name == "script":
            assert element.attributes.get("src"), "a script inside the page"
    for control in [*page.all("input"), *page.all("select"), *page.all("textarea")]:
        if control.attributes.get("type") not in {"hidden", "submit"}:
            assert [
                one
                for one in page.all("label")
                if one.attributes.get("for") == control.attributes["id"]
            ], control.attributes
    check_policy(response)
    return page


def check_policy(response: HttpResponse) -> None:
    """The strict browser policy came with the page."""
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
