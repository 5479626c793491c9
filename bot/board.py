"""What the command shows of the ledger: standings, a claim's evidence, an article's whole trace.

Foreign text always goes through rich.text.Text, so that nothing in it is taken for markup.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, Group
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from adapters.clean import clean as _clean
from adapters.text import asserted, stance_mark, stance_word
from bot.ledger.records import ArticleTrace, ClaimAccount, EvidenceItem, Trace
from bot.model import Claim, Stance, Standing

MAX_LINE_CHARS = 400

STANCE_STYLES = {
    Stance.SUPPORTS: "green",
    Stance.CONTRADICTS: "bold red",
    Stance.UPDATE: "magenta",
}
_STANDING_STYLES = {
    Standing.QUIET: "dim",
    Standing.SUPPORTED: "green",
    Standing.CONTESTED: "bold magenta",
    Standing.CONTRADICTED: "bold red",
    Standing.CONFLICT: "bold magenta",
}


def clean(text: str) -> str:
    """Foreign text as it may stand in a line on a terminal."""
    return _clean(text, MAX_LINE_CHARS)


def progress_bar(console: Console) -> Progress:
    """A progress bar that leaves nothing behind, and shows nothing where no person looks."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def standings_table(accounts: Sequence[ClaimAccount]) -> Table:
    """Where every claim stands: one row per claim."""
    table = Table(title="Where the claims stand", title_justify="left")
    table.add_column("Claim", no_wrap=True)
    table.add_column("Statement", ratio=1)
    table.add_column("Standing", no_wrap=True)
    table.add_column("+", justify="right", header_style="green")
    table.add_column("-", justify="right", header_style="red")
    table.add_column("Last report", no_wrap=True)
    for account in accounts:
        last = account.last_evidence_at
        table.add_row(
            account.claim.id,
            Text(clean(account.claim.statement)),
            _standing(account),
            str(account.supporting or ""),
            str(account.contradicting or ""),
            f"{last:%Y-%m-%d}" if last else "",
        )
    return table


def _standing(account: ClaimAccount) -> Text:
    word = account.standing.word(account.claim.kind)
    return Text(word, style=_STANDING_STYLES[account.standing])


def claim_account(account: ClaimAccount, evidence: Sequence[EvidenceItem]) -> Group:
    """One claim: its standing with the reasons, and the evidence, newest first."""
    claim: Claim = account.claim
    head = Text(f"{claim.id} ", style="bold")
    head.append(clean(claim.statement))
    state = Text("Standing: ")
    state.append(_standing(account))
    if account.since:
        state.append(f" since {account.since:%Y-%m-%d}. {clean(account.cause)}")
    reasons = [Text(f"  - {clean(reason)}") for reason in account.reasons]
    lines = [_evidence_line(item) for item in evidence]
    return Group(
        head,
        state,
        *reasons,
        Text(f"The newest reports ({len(lines)} shown; struck through: no longer holds):"),
        *lines,
    )


def _evidence_line(item: EvidenceItem) -> Text:
    verdict, entry = item.verdict, item.article.entry
    style = STANCE_STYLES[verdict.stance]
    line = Text(f"{item.article.at:%Y-%m-%d} ", style="dim")
    line.append(f"{stance_mark(verdict.stance)} {stance_word(verdict.stance)}", style=style)
    line.append(f" {verdict.confidence:.0%} ")
    line.append(clean(verdict.sentence.text), style="strike" if not item.current else "")
    line.append(f"  [{clean(entry.outlet.name)}; story {item.story_id}]", style="dim")
    if verdict.indicator:
        line.append(f"\n             because: {clean(verdict.indicator.text)}", style="dim")
    return line


def trace_view(trace: Trace) -> Group:
    """Every stage that an article went through, revision by revision."""
    return Group(*(part for revision in trace.revisions for part in _revision(revision)))


def _revision(trace: ArticleTrace) -> list[Text]:
    entry = trace.entry
    head = Text(clean(entry.title or entry.summary), style="bold")
    lines = [
        head,
        Text(
            f"  {clean(entry.outlet.name)}, {trace.article.at:%Y-%m-%d %H:%M} UTC,"
            f" article {trace.article_id}, revision {trace.revision}"
        ),
        Text(f"  {clean(entry.url)}", style="dim"),
    ]
    for item in trace.verdicts:
        verdict = item.verdict
        lines.append(
            Text(f"  verdict  {verdict.claim_id} ")
            .append(stance_word(verdict.stance), style=STANCE_STYLES[verdict.stance])
            .append(
                f" {verdict.confidence:.0%}, {asserted(verdict.asserted_by)}"
                f"{f' ({verdict.modality})' if verdict.modality else ''}; {item.kind.value}"
            )
        )
        lines.append(Text(f"           sentence: {clean(verdict.sentence.text)}"))
        if verdict.indicator:
            lines.append(Text(f"           because: {clean(verdict.indicator.text)}"))
    told = {item.verdict.claim_id for item in trace.verdicts}
    lines += [
        Text(
            f"  finding  {finding.claim_id} {finding.stance.value} {finding.probability:.0%}"
            f" {clean(finding.note)}",
            style="dim",
        )
        for finding in trace.findings
        if finding.claim_id not in told or finding.note
    ]
    if trace.stopped:
        lines.append(
            Text(f"  stopped at {trace.stopped.stage}: {clean(trace.stopped.reason)}", "bold")
        )
    if trace.story:
        lines.append(
            Text(
                f"  story    {trace.story.story_id}, {trace.story.articles} reports, joined by"
                f" {trace.story.joined_by}"
            )
        )
    lines += [
        Text(f"  alert    {alert.id}, revision {alert.revision}, {alert.claim.id}")
        for alert in trace.alerts
    ]
    lines += [
        Text(
            f"  channel  {row.channel}: {row.state.value}, revision {row.revision},"
            f" {row.attempts} tries {clean(row.error)}".rstrip()
        )
        for row in trace.deliveries
    ]
    if trace.verdicts and not trace.deliveries:
        why = (
            "it was recorded in silence: the first fetch of its feed"
            if trace.alerts
            else "its story had alerted already, or the config alerts no such verdict"
        )
        lines.append(Text(f"  nobody was told: {why}", "bold"))
    return lines
