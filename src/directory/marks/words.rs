//! What reports write around their tables, in the languages they are written in: filters, counts, parts, and that something is missing.

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
];

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

const PAGE: &[&str] = &["page", "pages", "pg", "seite", "página", "pagina", "strona", "sida", "side", "sivu", "pág", "pag"];
const OF: &[&str] = &["of", "von", "sur", "de", "di", "van", "z", "av", "af", "out", "da"];
const TO: &[&str] = &["to", "bis", "à", "a", "al", "t", "tot", "do", "till", "til", "through"];

/// Words that say that something was counted.
const COUNT: &[&str] = &[
    "total",
    "totals",
    "count",
    "number",
    "affected",
    "returned",
    "selected",
    "exported",
    "found",
    "listed",
    "rows",
    "row",
    "records",
    "record",
    "anzahl",
    "gesamt",
    "insgesamt",
    "gesamtanzahl",
    "gesamtzahl",
    "datensätze",
    "datensatz",
    "zeilen",
    "nombre",
    "lignes",
    "enregistrements",
    "número",
    "filas",
    "registros",
    "linhas",
    "totale",
    "numero",
    "righe",
    "aantal",
    "totaal",
    "rijen",
    "liczba",
    "razem",
    "wierszy",
    "rekordów",
    "antal",
    "totalt",
    "rader",
    "rækker",
    "合計",
    "件",
    "件数",
    "総件数",
    "人数",
];

/// Words for what was counted, if it was people or rows.
const PEOPLE: &[&str] = &[
    "rows",
    "row",
    "records",
    "record",
    "results",
    "result",
    "entries",
    "entry",
    "items",
    "users",
    "user",
    "people",
    "persons",
    "employees",
    "employee",
    "workers",
    "associates",
    "members",
    "staff",
    "headcount",
    "datensätze",
    "datensatz",
    "zeilen",
    "mitarbeiter",
    "mitarbeitende",
    "personen",
    "benutzer",
    "lignes",
    "enregistrements",
    "employés",
    "salariés",
    "utilisateurs",
    "filas",
    "registros",
    "empleados",
    "usuarios",
    "linhas",
    "funcionários",
    "colaboradores",
    "usuários",
    "righe",
    "dipendenti",
    "utenti",
    "rijen",
    "medewerkers",
    "wierszy",
    "rekordów",
    "pracowników",
    "rader",
    "rækker",
    "anställda",
    "medarbejdere",
    "ansatte",
    "件",
    "名",
    "人数",
    "件数",
    "総件数",
];

/// Words between.
const BETWEEN: &[&str] = &["全", "grand", "of", "the", "s", "in", "all", "der", "de", "d", "overall", "sum", "were", "was"];

/// Words beside which a part is a part of the list, not of the year.
const SHOWN: &[&str] = &[
    "showing",
    "displaying",
    "shown",
    "displayed",
    "rows",
    "records",
    "results",
    "entries",
    "items",
    "users",
    "people",
    "employees",
    "exported",
    "loaded",
    "fetched",
    "retrieved",
    "viewing",
    "einträge",
    "einträgen",
    "zeilen",
    "datensätze",
    "datensätzen",
    "lignes",
    "résultats",
    "filas",
    "registros",
    "resultados",
    "righe",
    "risultati",
    "rijen",
    "resultaten",
    "wierszy",
    "rader",
    "rækker",
    "件",
    "angezeigt",
    "affichage",
    "mostrando",
    "weergegeven",
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
    CUT.iter().any(|said| lower.contains(said)) || lower.starts_with("... and ") && lower.ends_with(" more")
}

/// `1-50 / 214` and nothing else: how far it goes, and of how many.
pub(super) fn pager(lower: &str) -> Option<(u64, u64)> {
    let (part, of) = lower.split_once('/')?;
    let (from, upto) = part.split_once(['-', '–'])?;
    let number = |text: &str| whole(text.trim());
    let (from, upto, of) = (number(from)?, number(upto)?, number(of)?);
    (from < upto && upto <= of).then_some((upto, of))
}

/// The words and whole numbers of a line.
pub(super) struct Numbers<'t> {
    tokens: Vec<Token<'t>>,
}

#[derive(Clone, Copy)]
enum Token<'t> {
    Word(&'t str),
    Number(u64),
    /// A sum of money, a share: nothing that counts people.
    Other,
}

impl<'t> Numbers<'t> {
    pub(super) fn of(lower: &'t str) -> Self {
        let mut tokens = Vec::new();
        let mut rest = lower;
        while let Some(at) = rest.find(char::is_alphanumeric) {
            let (before, from) = rest.split_at(at);
            if before.ends_with(['$', '€', '£', '¥', '%']) {
                tokens.push(Token::Other);
            }
            let digits = from.starts_with(|letter: char| letter.is_ascii_digit());
            let end = if digits {
                number_end(from)
            } else {
                from.find(|letter: char| !letter.is_alphanumeric() || letter.is_ascii_digit()).unwrap_or(from.len())
            };
            let (token, after) = from.split_at(end);
            tokens.push(match digits {
                false => Token::Word(token),
                true if after.starts_with(['%', '$', '€', '£']) => Token::Other,
                true => whole(token).map_or(Token::Other, Token::Number),
            });
            rest = after;
        }
        // `3 out of 6` is `3 of 6`.
        let mut at = 0;
        while at + 1 < tokens.len() {
            match (tokens.get(at), tokens.get(at + 1)) {
                (Some(Token::Word("out")), Some(Token::Word("of"))) => drop(tokens.remove(at)),
                _ => at += 1,
            }
        }
        Self { tokens }
    }

    fn has(&self, words: &[&str]) -> bool {
        self.tokens.iter().any(|token| matches!(token, Token::Word(word) if words.contains(word)))
    }

    /// `page 1 of 3`, `Seite 1/3`, `1/3ページ`.
    pub(super) fn page_of(&self) -> Option<(u64, u64)> {
        let japanese = self.tokens.iter().any(|token| matches!(token, Token::Word(word) if word.starts_with("ページ")));
        if !japanese && !self.has(PAGE) {
            return None;
        }
        self.pair(|before| japanese || matches!(before, Some(Token::Word(word)) if PAGE.contains(&word)))
    }

    /// `Top 50`, `Showing the first 50 rows`: the most that there were to be.
    pub(super) fn top(&self) -> Option<u64> {
        const FIRST: &[&str] = &[
            "top",
            "first",
            "erste",
            "ersten",
            "premiers",
            "premières",
            "primeros",
            "primeras",
            "primi",
            "eerste",
            "pierwsze",
            "första",
            "første",
            "先頭",
        ];
        let known = |word: &&str| [FIRST, COUNT, PEOPLE, BETWEEN, SHOWN].iter().any(|words| words.contains(word));
        let mut numbers = self.tokens.iter().filter_map(|token| match token {
            Token::Number(number) => Some(*number),
            _ => None,
        });
        let number = numbers.next().filter(|_| numbers.next().is_none())?;
        let fits = self.tokens.iter().all(|token| match token {
            Token::Word(word) => known(word),
            Token::Number(_) => true,
            Token::Other => false,
        });
        let follows =
            self.tokens.windows(2).any(|pair| matches!(pair, [Token::Word(word), Token::Number(_)] if FIRST.contains(word)));
        (fits && follows).then_some(number)
    }

    /// `1-50 of 214`, `Showing 1 to 50 of 214 entries`, `50 of 214 rows`: how far it goes, and of how many.
    pub(super) fn part_of(&self) -> Option<(u64, u64)> {
        let range = self.tokens.windows(2).any(|pair| matches!(pair, [Token::Number(from), Token::Number(to)] if from < to))
            || self
                .tokens
                .windows(3)
                .any(|three| matches!(three, [Token::Number(_), Token::Word(word), Token::Number(_)] if TO.contains(word)));
        // `214件中1-50件`: of how many stands first.
        const OF_ALL: [&str; 3] = ["件中", "名中", "人中"];
        if let Some(at) = self.tokens.iter().position(|token| matches!(token, Token::Word(word) if OF_ALL.contains(word))) {
            let number = |token: &Token<'_>| if let Token::Number(number) = token { Some(*number) } else { None };
            let (before, behind) = self.tokens.split_at(at);
            return behind.iter().rev().find_map(number).zip(before.last().and_then(number));
        }
        if !range && !self.has(SHOWN) {
            return None;
        }
        self.tokens.windows(3).find_map(|three| match three {
            [Token::Number(upto), Token::Word(word), Token::Number(of)] if OF.contains(word) => Some((*upto, *of)),
            _ => None,
        })
    }

    /// `250 rows affected`, `Total employees: 250`, and where a total stands alone `Total: 250`: the one number of it.
    pub(super) fn count(&self, alone: bool) -> Option<u64> {
        let mut numbers = self.tokens.iter().filter_map(|token| match token {
            Token::Number(number) => Some(*number),
            _ => None,
        });
        let number = numbers.next().filter(|_| numbers.next().is_none())?;
        let known = |token: &Token<'_>| match token {
            Token::Number(_) => true,
            Token::Word(word) => [COUNT, PEOPLE, BETWEEN].iter().any(|words| words.contains(word)),
            Token::Other => false,
        };
        (self.tokens.iter().all(known) && self.has(COUNT) && (alone || self.has(PEOPLE))).then_some(number)
    }

    fn pair(&self, begins: impl Fn(Option<Token<'t>>) -> bool) -> Option<(u64, u64)> {
        (0..self.tokens.len()).find_map(|at| {
            let before = at.checked_sub(1).and_then(|before| self.tokens.get(before)).copied();
            let (Some(Token::Number(one)), true) = (self.tokens.get(at), begins(before)) else { return None };
            match (self.tokens.get(at + 1), self.tokens.get(at + 2)) {
                (Some(Token::Number(other)), _) => Some((*one, *other)),
                (Some(Token::Word(word)), Some(Token::Number(other))) if OF.contains(word) => Some((*one, *other)),
                _ => None,
            }
        })
    }
}

/// Where a number ends, with the signs that group its digits.
fn number_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes.get(from..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut end = digits(0);
    while matches!(bytes.get(end), Some(b',' | b'.' | b'\'')) && digits(end + 1) > 0 {
        end += 1 + digits(end + 1);
    }
    end
}

/// A whole number; digits may be grouped by threes.
fn whole(token: &str) -> Option<u64> {
    let mut groups = token.split([',', '.', '\'']);
    let first = groups.next()?;
    let grouped = groups.all(|group| group.len() == 3) && (first.len() <= 3 || token.len() == first.len());
    grouped.then(|| token.chars().filter(char::is_ascii_digit).collect::<String>().parse().ok()).flatten()
}
