//! What reports write around their tables, in the languages they are written in: filters, the day, and that something is missing.

use super::numbers::{Numbers, PEOPLE, whole};

/// Labels of a filter that was set.
const FILTERS: &[&str] = &[
    "applied filters",
    "filters applied",
    "filter applied",
    "applied filter",
    "active filters",
    "filters",
    "filter",
    "filtered by",
    "filtered on",
    "filtered",
    "report filters",
    "report filter",
    "selection criteria",
    "selection",
    "excluded",
    "excludes",
    "exclusions",
    "excluding",
    "population",
    "scope",
    "data scope",
    "where",
    "search criteria",
    "criteria",
    "prompts",
];

/// The same in German, French, Spanish, Portuguese, Italian, Dutch, Polish, Swedish, Danish and Norwegian, Japanese.
pub(super) const FILTERS_ABROAD: &[&str] = &[
    "ausgeschlossen",
    "gefiltert",
    "filtré",
    "exclus",
    "filtrado",
    "filtrada",
    "excluidos",
    "excluídos",
    "filtrato",
    "esclusi",
    "gefilterd",
    "uitgesloten",
    "przefiltrowano",
    "wykluczono",
    "filtrerad",
    "filtreret",
    "filtrert",
    "絞り込み",
    "angewendete filter",
    "angewandte filter",
    "gefiltert nach",
    "selektion",
    "auswahlkriterien",
    "filtres appliqués",
    "filtre appliqué",
    "filtres",
    "filtre",
    "filtré par",
    "critères",
    "filtros aplicados",
    "filtro aplicado",
    "filtros",
    "filtro",
    "filtrado por",
    "criterios",
    "critérios",
    "filtri applicati",
    "filtro applicato",
    "filtri",
    "filtrato per",
    "toegepaste filters",
    "gefilterd op",
    "zastosowane filtry",
    "filtry",
    "filtr",
    "tillämpade filter",
    "filtrerat på",
    "anvendte filtre",
    "filtreret efter",
    "brukte filtre",
    "フィルター",
    "適用されたフィルター",
    "絞り込み条件",
    "抽出条件",
];

/// Labels of what a list was called where it was shown, which may be what it was filtered by.
const VIEWS: &[&str] = &[
    "view",
    "list view",
    "saved view",
    "current view",
    "segment",
    "tab",
    "ansicht",
    "vue",
    "vista",
    "visualização",
    "weergave",
    "widok",
    "vy",
    "visning",
    "ビュー",
];

/// Words for people who are at work: a view of them leaves out all others.
const AT_WORK: &[&str] = &[
    "active",
    "current",
    "aktive",
    "aktiven",
    "aktuelle",
    "actifs",
    "actives",
    "activos",
    "activas",
    "ativos",
    "ativas",
    "attivi",
    "attive",
    "actieve",
    "aktywni",
    "aktywne",
    "aktiva",
    "在職",
    "在職者",
    "在籍",
    "在籍者",
];

/// What stands behind such a label where nothing was filtered.
const NO_FILTER: &[&str] = &[
    "none",
    "no",
    "all",
    "no filters applied",
    "no filter",
    "no filters",
    "not applied",
    "n/a",
    "-",
    "*",
    "(none)",
    "(all)",
    "off",
    "any",
    "keine",
    "keiner",
    "alle",
    "aucun",
    "aucune",
    "tous",
    "toutes",
    "ninguno",
    "ninguna",
    "todos",
    "todas",
    "nenhum",
    "nenhuma",
    "nessuno",
    "nessuna",
    "tutti",
    "geen",
    "brak",
    "wszystkie",
    "inga",
    "ingen",
    "alla",
    "なし",
    "すべて",
    "0",
];

/// What exports say where they stopped before the end.
const CUT: &[&str] = &[
    "truncated",
    "size limit exceeded",
    "sizelimit exceeded",
    "time limit exceeded",
    "administrative limit exceeded",
    "exceeded the allowed volume",
    "have been omitted",
    "may have been omitted",
    "were omitted",
    "limited to the first",
    "only the first",
    "results are limited",
    "results limited",
    "result limited",
    "export limited",
    "limited to",
    "row limit",
    "record limit",
    "maximum number of rows",
    "maximum number of records",
    "more results available",
    "more records available",
    "more rows available",
    "more data available",
    "limit reached",
    "limit was reached",
    "limit has been reached",
    "maximum reached",
    "rows reached",
    "records reached",
    "limit erreicht",
    "höchstzahl erreicht",
    "limite atteinte",
    "límite alcanzado",
    "limite atingido",
    "limite raggiunto",
    "limiet bereikt",
    "limit osiągnięty",
    "not all rows",
    "not all records",
    "partial list",
    "partial results",
    "incomplete list",
    "preview only",
    "sample data only",
    "abgeschnitten",
    "gekürzt",
    "unvollständig",
    "weitere datensätze",
    "tronqué",
    "limité aux",
    "truncado",
    "limitado a",
    "troncato",
    "limitato a",
    "afgekapt",
    "beperkt tot",
    "obcięt",
    "avkortad",
    "切り捨て",
    "省略されました",
    "begrenzt auf",
    "zeilen begrenzt",
    "datensätze begrenzt",
    "einträge begrenzt",
    "limités à",
    "limitée à",
    "limité à",
    "limitados a",
    "limitati a",
    "ograniczono do",
    "begränsat till",
    "begrænset til",
    "begrenset til",
    "上限を超え",
    "上限に達し",
    "件のみ",
];

/// Words for `more`, at the end of `… and 49 more`.
const FURTHER: &[&str] =
    &["more", "others", "weitere", "autres", "más", "mais", "altri", "meer", "więcej", "fler", "flere", "lisää"];

/// What leads to more people, alone in its line.
const MORE: &[&str] = &[
    "show more",
    "load more",
    "view more",
    "see more",
    "mehr anzeigen",
    "mehr laden",
    "weitere laden",
    "afficher plus",
    "voir plus",
    "charger plus",
    "mostrar más",
    "cargar más",
    "ver más",
    "mostrar mais",
    "carregar mais",
    "mostra altro",
    "carica altri",
    "toon meer",
    "meer laden",
    "pokaż więcej",
    "visa fler",
    "vis flere",
    "もっと見る",
    "さらに表示",
];

/// Labels of the next page, before its address or number.
pub(super) const NEXT: &[&str] = &[
    "next page",
    "next",
    "nächste seite",
    "page suivante",
    "página siguiente",
    "próxima página",
    "pagina successiva",
    "volgende pagina",
    "następna strona",
    "nästa sida",
    "næste side",
    "次のページ",
    "次ページ",
    "次頁",
];

/// Words for `only`, beside words for people.
const ONLY: &[&str] = &[
    "only",
    "nur",
    "uniquement",
    "seulement",
    "solo",
    "sólo",
    "solamente",
    "apenas",
    "somente",
    "soltanto",
    "alleen",
    "tylko",
    "endast",
    "kun",
    "のみ",
];

/// Words by which a line speaks of who may read it, not of whom it lists.
const READERS: &[&str] = &[
    "for",
    "für",
    "pour",
    "para",
    "per",
    "voor",
    "dla",
    "för",
    "internal",
    "confidential",
    "authorised",
    "authorized",
    "use",
    "vertraulich",
];

/// Labels of the day on which a list was made.
const MADE: &[&str] = &[
    "report run",
    "report generated",
    "report generated on",
    "report date",
    "report created",
    "report as of",
    "generated",
    "generated on",
    "generated at",
    "run date",
    "run on",
    "exported",
    "exported on",
    "exported at",
    "export date",
    "export of",
    "extracted on",
    "extract date",
    "printed on",
    "created on",
    "as of",
    "data as of",
    "as at",
    "effective date",
    "date",
    "snapshot of",
    "snapshot date",
    "erstellt am",
    "gedruckt am",
    "stand",
    "stichtag",
    "exportiert am",
    "datum",
    "généré le",
    "imprimé le",
    "édité le",
    "exporté le",
    "date d'édition",
    "date d'extraction",
    "généré",
    "situation au",
    "generado el",
    "impreso el",
    "fecha",
    "fecha de emisión",
    "a fecha de",
    "gerado em",
    "impresso em",
    "emitido em",
    "data",
    "data de emissão",
    "generato il",
    "stampato il",
    "data di stampa",
    "aggiornato al",
    "gegenereerd op",
    "afgedrukt op",
    "peildatum",
    "wygenerowano",
    "wydrukowano",
    "data wydruku",
    "stan na dzień",
    "utskriven",
    "utskriftsdatum",
    "udskrevet",
    "dato",
    "utskrevet",
    "tulostettu",
    "出力日",
    "作成日",
    "基準日",
    "時点",
];

/// What follows the label of the day on which a list was made.
pub(super) fn dated(lower: &str) -> Option<&str> {
    let said = lower.trim_start_matches(['#', '*', '(', '[', '"', ' ']);
    let label = MADE.iter().filter(|label| said.strip_prefix(**label).is_some_and(ends_label)).max_by_key(|label| label.len())?;
    let rest = said.get(label.len()..)?;
    rest.contains(|letter: char| letter.is_ascii_digit()).then_some(rest)
}

/// Some where a line states a filter: whether it filters anything.
pub(super) fn filter(lower: &str) -> Option<bool> {
    let said = lower.trim_start_matches(['#', '*', '(', '[', '"', ' ']);
    let words = Numbers::of(lower);
    // `Active employees only`, and not `For employees only`.
    if words.has(ONLY) && words.has(PEOPLE) && !words.has(READERS) {
        return Some(true);
    }
    let asked = (said.starts_with("where ") || said.starts_with("query")) && said.contains(['=', '<', '>']);
    let selected = said.starts_with("select ") && said.contains(" where ");
    if asked || selected || ["excludes ", "excluding "].iter().any(|excludes| said.starts_with(excludes)) {
        return Some(true);
    }
    let behind = |label: &&str| said.strip_prefix(*label).is_some_and(ends_label);
    if let Some(view) = VIEWS.iter().filter(|label| behind(label)).max_by_key(|label| label.len())
        && said.get(view.len()..)?.trim_start().starts_with([':', '=', '：'])
    {
        return (words.has(AT_WORK) || words.has(ONLY)).then_some(true);
    }
    let label = FILTERS.iter().chain(FILTERS_ABROAD).filter(|label| behind(label)).max_by_key(|label| label.len())?;
    let rest = said.get(label.len()..)?.trim_start();
    let stated = rest.starts_with([':', '=', '：']);
    // `Filter` alone may be a button of a page, `filtered by country` needs no colon.
    if !stated && (rest.is_empty() || !label.contains(' ')) {
        return None;
    }
    let rest = rest.trim_matches([':', '=', '：', ' ', '(', ')', '[', ']', '"', '.']);
    if *label == "population" && whole(rest).is_some() {
        return None;
    }
    Some(!is_no_filter(rest))
}

fn ends_label(rest: &str) -> bool {
    !rest.starts_with(char::is_alphabetic)
}

/// Whether a line leads to more people.
pub(super) fn goes_on(lower: &str) -> bool {
    let said = lower.trim_matches(['#', '*', '(', ')', '[', ']', '"', ' ', '.', '…', '»', '>', '›']);
    let address = |rest: &str| {
        let to = rest.trim_start_matches([':', '=', '：', ' ']);
        to.len() < rest.len() && (to.contains("://") || to.starts_with('/') || to.parse::<u32>().is_ok())
    };
    MORE.contains(&said) || NEXT.iter().any(|label| said.strip_prefix(label).is_some_and(address))
}

/// Whether what stands behind the label of a filter says that there is none.
pub(super) fn is_no_filter(lower: &str) -> bool {
    NO_FILTER.contains(&lower)
        || ["all ", "alle ", "tous ", "toutes ", "todos ", "todas ", "tutti "].iter().any(|all| lower.starts_with(all))
}

/// Whether a line says that the list stops before its end.
pub(super) fn is_cut(lower: &str) -> bool {
    let further = || {
        let said = lower.trim_start_matches(['.', '…', '+', ' ']).trim_end_matches(['.', '…', ' ']);
        let counted = lower.starts_with(['.', '…', '+']) && said.contains(|letter: char| letter.is_ascii_digit());
        counted && FURTHER.iter().any(|word| said.strip_suffix(word).is_some_and(|rest| rest.ends_with(' ')))
    };
    CUT.iter().any(|said| lower.contains(said)) || further()
}

/// `1-50 / 214` and nothing else: how far it goes, and of how many.
pub(super) fn pager(lower: &str) -> Option<(u64, u64)> {
    let (part, of) = lower.split_once('/')?;
    let (from, upto) = part.split_once(['-', '–'])?;
    let number = |text: &str| whole(text.trim());
    let (from, upto, of) = (number(from)?, number(upto)?, number(of)?);
    (from < upto && upto <= of).then_some((upto, of))
}
