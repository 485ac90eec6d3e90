"""What a data folder's README says of its files: their licences, and what they may be used for."""

from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

NOT_STATED = "not stated"
"""What a card says of data without a licence."""


def read_licences(data: Path) -> dict[str, str]:
    """Licences by file name, from the columns of ``README.md`` whose head begins with "licence"."""
    return {name: cell or NOT_STATED for name, cell in _cells(data, "licence").items()}


def read_uses(data: Path) -> dict[str, str]:
    """What files may be used for by file name, from the columns ``use`` of ``README.md``."""
    return _cells(data, "use")


def _cells(data: Path, head: str) -> dict[str, str]:
    """Cells of one column by file name, from the tables of ``README.md`` in a folder.

    Every table with a column ``file`` and one whose head begins with `head` counts; a cell that
    names several files in code marks gives each of them its row's cell. Folders without such a
    README give nothing.
    """
    readme = data / "README.md"
    if not readme.is_file():
        return {}
    text = readme.read_text("utf-8", errors="replace")
    tree = SyntaxTreeNode(MarkdownIt("commonmark").enable("table").parse(text))
    cells: dict[str, str] = {}
    for table in (node for node in tree.walk() if node.type == "table"):
        header, *rows = [
            [cell.children[0] for cell in row.children] for row in table.walk() if row.type == "tr"
        ]
        heads = [cell.content.lower().replace("license", "licence") for cell in header]
        wanted = [place for place, title in enumerate(heads) if title.startswith(head)]
        if "file" not in heads or not wanted:
            continue
        for row in rows:
            file, cell = row[heads.index("file")], row[wanted[0]]
            names = [part.content for part in file.children if part.type == "code_inline"]
            for name in names or [file.content]:
                cells[name] = cell.content
    return cells
