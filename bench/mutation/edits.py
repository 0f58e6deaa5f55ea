"""The edits: each takes a source of chance and the files of the estate, and answers the files afterwards.

They are what people and their tools do to records by accident, one at a time: some touch a byte, some a whole
client. None knows what the product would say of it.
"""

from __future__ import annotations

from bench.mutation import client_edits, record_edits, text_edits
from bench.mutation.picking import Edit

EDITS: dict[str, Edit] = {
    "a line deleted": text_edits.line_deleted,
    "a run of lines deleted": text_edits.lines_deleted,
    "two lines exchanged": text_edits.lines_exchanged,
    "a person's record deleted": record_edits.record_deleted,
    "half of a file's records deleted": record_edits.half_deleted,
    "a group's record deleted": record_edits.group_deleted,
    "a file deleted": client_edits.file_deleted,
    "a client's folder deleted": client_edits.folder_deleted,
    "a client's folder and its stack's settings deleted": client_edits.client_deleted,
    "all clients' folders deleted": client_edits.all_deleted,
    "a file cut off at a byte": text_edits.cut_off,
    "a file cut off between two records": text_edits.cut_between,
    "a people file emptied": client_edits.emptied,
    "a file of white space only": text_edits.blank,
    "a file of binary garbage": text_edits.garbage,
    "a person's key changed in the record": record_edits.renamed,
    "a person's key changed everywhere": record_edits.renamed_everywhere,
    "a group's key changed in the record": record_edits.group_renamed,
    "a group's key changed everywhere": record_edits.group_renamed_everywhere,
    "a group moved to another name or directory": record_edits.group_moved,
    "a client's folder renamed": client_edits.client_renamed,
    "a file renamed": client_edits.file_renamed,
    "two clients' people exchanged": client_edits.people_exchanged,
    "two clients' settings or groups exchanged": client_edits.settings_exchanged,
    "a file copied over another client's": client_edits.copied_over,
    "a record moved to another client": record_edits.record_moved,
    "a merge committed with its markers": text_edits.markers,
    "a merge resolved to the wrong side": text_edits.wrong_side,
    "a record that is there twice": record_edits.twice,
    "lines indented otherwise": text_edits.indented,
    "a letter of a line mistyped": text_edits.mistyped,
    "a key of a line mistyped": text_edits.key_mistyped,
    "`disabled: true` put somewhere": record_edits.disabled,
    "two people's usernames or keys exchanged": record_edits.exchanged_people,
    "a word replaced in all clients": text_edits.word,
    "every line of a kind deleted in all clients": text_edits.kind_deleted,
    "a setting of a client changed": client_edits.setting,
    "a client as it was some weeks ago": client_edits.client_reverted,
    "all clients as they were some weeks ago": client_edits.all_reverted,
    "a departure or a term changed": record_edits.ending,
}
"""Every kind of edit by what it is called in the table. Their order decides which one a number picks."""
