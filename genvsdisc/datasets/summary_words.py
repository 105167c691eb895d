"""Words that begin lines of sums, of means and of remarks, in the languages of offices."""

from __future__ import annotations

import re

_SURE = {
    "sum": """total|totals|grand total|grand totals|overall total|overall|total general|total général|total geral
|total generale|sub total|sub-total|subtotal|subtotals|sous-total|sous total|subtotale|subtotaal|zwischensumme|teilsumme
|sum|sums|summe|summen|gesamt|gesamtsumme|gesamtergebnis|ergebnis|insgesamt|endsumme|somme|totale
|totale complessivo|somma|totaal
|eindtotaal|suma|razem|suma końcowa|celkem|součet|итого|всего|итог|общий итог|toplam|genel toplam|összesen
|summa|totalt|yhteensä|i alt|sammanlagt|ukupno|σύνολο
|合計|総計|小計|总计|合计|小计|總計|합계|총계|소계|योग|कुल|कुल योग|المجموع|סה"כ|σ|∑""",
    "mean": """average|averages|avg|grand mean|durchschnitt|mittelwert|mittelwerte|ø|⌀|moyenne|moyennes|promedio|média
|gemiddelde|gemiddeld|średnia|průměr|среднее|ortalama|átlag|gennemsnit|gjennomsnitt|medelvärde|keskiarvo|平均|平均値|平均值|평균
|औसत""",
}
"""Statistic -> words that hardly stand for anything else."""
_UNSURE = {
    "sum": "all|ensemble|summary|gesamtheit",
    "mean": "mean|mean value|means|media|medie|mittel",
    "median": "median|médiane|mediana|mediaan|中央値|中位数",
    "min": "min|minimum|minimo|mínimo|最小|最小値",
    "max": "max|maximum|massimo|máximo|最大|最大値",
    "count": "n|count|counts|number|anzahl|nombre|effectif|conteo|aantal|rows|件数",
    "std": "sd|s.d|std|stdev|stddev|std dev|std. dev|standard deviation|stabw|standardabweichung|écart-type|ecart-type"
    "|desviación estándar|deviazione standard",
}
"""Statistic -> words that may well be names or levels: Max, N, All."""
_KNOWN = {
    word: (statistic, sure)
    for kinds, sure in ((_UNSURE, False), (_SURE, True))
    for statistic, words in kinds.items()
    for word in words.replace("\n", "").split("|")
}
_AROUND = " \t*=#_>«»:.-–—"
_DIVIDED = re.compile(r"[\s:(=,]+")
REMARK = re.compile(
    r"""[\s*(\["'«–—-]*(?:
    (?:(?:data\s+)?sources?|quellen?|fuente|fonte|bron|źródło|источник|出典|来源|注|note|notes|nota|notas|remarks?|comments?
    |anmerkung(?:en)?|bemerkung(?:en)?|hinweise?|remarque|legende?|legend|key|stand|as\s+of|last\s+updated?|updated|generated
    |created|exported|printed|downloaded|erstellt|exportiert|page\s+\d+|seite\s+\d+|report|copyright|end\s+of|ende|eof)\b|©|\(c\)
    |n\s*[=:]\s*[\d.,' ]+|\d[\d,.' ]*\s*(?:rows?|records?|observations?|zeilen|datensätze|lignes|filas|righe)\b
    |p\s*[<=]\s*0?[.,]\d
    |[†‡§¹²³]|\d\)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
"""How a line below a table begins that speaks of it: where it is from, how many rows it had, when it was made."""


def statistic_of(word: str) -> tuple[str, bool]:
    """Name what a line sums up that is headed by this word, and whether the word leaves no doubt; ("", False) if none.

    "Total North" and "North Total" name the group that they sum.

    >>> statistic_of("Grand total:"), statistic_of("Max"), statistic_of("3 Total"), statistic_of("Ulm")
    (('sum', True), ('max', False), ('sum', False), ('', False))
    """
    bare = word.strip(_AROUND).casefold()
    if bare in _KNOWN or not bare:
        return _KNOWN.get(bare, ("", False))
    parts = [part for part in _DIVIDED.split(bare.rstrip(")")) if part]
    for some in (parts[-1:],) if bare[0].isdigit() else (parts[:1], parts[:2], parts[-1:]):
        statistic, sure = _KNOWN.get(" ".join(some), ("", False))
        if sure:
            return statistic, False
    return "", False
