"""Licences of a data folder's files, from the tables of its README."""

from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

NOT_STATED = "not stated"
"""What a card says of data without a licence."""


def read_licences(data: Path) -> dict[str, str]:
    """Licences by file name, from the tables of ``README.md`` in a folder.

    Every table with the columns ``file`` and ``licence`` (or ``license``) counts; a cell that
    names several files in code marks gives each of them its row's licence. Folders without
    such a README have no licences.
    """
    readme = data / "README.md"
    if not readme.is_file():
        return {}
    text = readme.read_text("utf-8", errors="replace")
    tree = SyntaxTreeNode(MarkdownIt("commonmark").enable("table").parse(text))
    licences: dict[str, str] = {}
    for table in (node for node in tree.walk() if node.type == "table"):
        header, *rows = [
            [cell.children[0] for cell in row.children] for row in table.walk() if row.type == "tr"
        ]
        columns = [cell.content.lower().replace("license", "licence") for cell in header]
        if not {"file", "licence"} <= set(columns):
            continue
        for row in rows:
            file, licence = row[columns.index("file")], row[columns.index("licence")]
            names = [part.content for part in file.children if part.type == "code_inline"]
            for name in names or [file.content]:
                licences[name] = licence.content or NOT_STATED
    return licences
