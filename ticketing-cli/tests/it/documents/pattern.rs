//! Compares a shown line with a printed one. Identifiers, times and spans of a document stand for those of a run.

use std::collections::HashMap;

/// What differs between runs: `#` is a digit, `+` a number, `%` a hexadecimal digit, `&` a digit or a capital letter.
const PATTERNS: [(Kind, &str); 24] = [
    (Kind::Id, "%%%%%%%%-%%%%-%%%%-%%%%-%%%%%%%%%%%%"),
    (Kind::Id, "pi_sim_%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%"),
    (Kind::Id, "&&&&-&&&&-&&&&-&&&&-&&&&"),
    (Kind::Id, "%%%%%%%%"),
    (Kind::Time, "20##-##-##T##:##:##.###Z"),
    (Kind::Time, "20##-##-## ##:##:## UTC"),
    (Kind::Time, "##:##:##.###"),
    (Kind::Time, "##:##:##"),
    (Kind::Left, "##:## left"),
    (Kind::Distance, "now"),
    (Kind::Distance, "+ s ago"),
    (Kind::Distance, "+ min ago"),
    (Kind::Distance, "in + s"),
    (Kind::Distance, "in + min"),
    (Kind::Distance, "in + h"),
    (Kind::Distance, "in + d"),
    (Kind::Span, "+ min + s"),
    (Kind::Span, "+.# s"),
    (Kind::Span, "+ s"),
    (Kind::Span, "+ min"),
    (Kind::Server, "http://127.0.0.1:+"),
    (Kind::Count, "+ records"),
    (Kind::Count, "+ events"),
    (Kind::Count, "os error +"),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Id,
    Time,
    /// The time that is left of a reservation.
    Left,
    /// A time relative to now.
    Distance,
    Span,
    Server,
    Count,
}

/// A part of a line.
#[derive(Debug, PartialEq, Eq)]
enum Token<'a> {
    Letter(char),
    Varying(Kind, &'a str),
}

/// Returns the length of the beginning of a text that has the form of a pattern.
fn matched_length(text: &str, pattern: &str) -> Option<usize> {
    let mut rest = text;
    for form in pattern.chars() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let first = rest.chars().next()?;
        let length = match form {
            '+' => Some(digits).filter(|digits| *digits > 0)?,
            '#' if first.is_ascii_digit() => 1,
            '%' if first.is_ascii_digit() || matches!(first, 'a'..='f') => 1,
            '&' if first.is_ascii_digit() || first.is_ascii_uppercase() => 1,
            form if form == first => first.len_utf8(),
            _ => return None,
        };
        rest = &rest[length..];
    }
    let is_whole = !rest.starts_with(|c: char| c.is_alphanumeric());
    is_whole.then_some(text.len() - rest.len())
}

fn tokens(line: &str) -> Vec<Token<'_>> {
    let (mut tokens, mut rest, mut is_at_word) = (Vec::new(), line, true);
    while let Some(letter) = rest.chars().next() {
        let found = PATTERNS.iter().filter(|_| is_at_word);
        let found = found.filter_map(|(kind, pattern)| Some((*kind, matched_length(rest, pattern)?)));
        let (token, length) = match found.max_by_key(|(_, length)| *length) {
            Some((kind, length)) => (Token::Varying(kind, &rest[..length]), length),
            None => (Token::Letter(letter), letter.len_utf8()),
        };
        is_at_word = matches!(token, Token::Letter(letter) if !letter.is_alphanumeric());
        tokens.push(token);
        rest = &rest[length..];
    }
    tokens
}

/// Identifiers of a document, and those of the run.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    whole: HashMap<String, String>,
    /// By their ends, which tables show.
    ends: HashMap<String, String>,
}

/// The end of an identifier that a table shows.
fn end(id: &str) -> &str {
    &id[id.len() - 8..]
}

impl Names {
    /// Returns whether an identifier of the document can stand for one of the run, as it did before.
    fn bind(&mut self, shown: &str, printed: &str) -> bool {
        let known = |names: &mut HashMap<String, String>, shown: &str, printed: &str| {
            names.entry(shown.to_owned()).or_insert_with(|| printed.to_owned()) == printed
        };
        shown.len() == printed.len()
            && known(&mut self.ends, end(shown), end(printed))
            && (shown.len() == 8 || known(&mut self.whole, shown, printed))
    }

    /// Returns a command of the document with the identifiers of the run.
    pub(super) fn translate(&self, command: &str) -> String {
        let known = |shown: &str| match shown.len() {
            8 => self.ends.get(shown),
            _ => self.whole.get(shown),
        };
        let part = |token| match token {
            Token::Letter(letter) => letter.to_string(),
            Token::Varying(Kind::Id, shown) => match known(shown) {
                Some(id) => id.clone(),
                None => panic!("{command}: no output before it shows {shown}"),
            },
            Token::Varying(_, text) => text.to_owned(),
        };
        tokens(command).into_iter().map(part).collect()
    }

    /// Returns whether a shown line stands for a printed one. If so, its identifiers are known from now on.
    fn match_line(&mut self, shown: &str, printed: &str) -> bool {
        let (shown, printed) = (tokens(shown), tokens(printed));
        let mut after = self.clone();
        let is_equal = shown.len() == printed.len()
            && shown.iter().zip(&printed).all(|tokens| match tokens {
                (Token::Varying(Kind::Id, shown), Token::Varying(Kind::Id, printed)) => {
                    after.bind(shown, printed)
                }
                (Token::Varying(shown, _), Token::Varying(printed, _)) => shown == printed,
                (shown, printed) => shown == printed,
            });
        if is_equal {
            *self = after;
        }
        is_equal
    }

    /// Returns whether shown lines stand for the printed ones. A line `…` stands for any lines.
    pub(super) fn match_lines(&mut self, shown: &[String], printed: &[String]) -> bool {
        match (shown.split_first(), printed.split_first()) {
            (None, None) => true,
            (Some((first, rest)), _) if first == "…" => (0..=printed.len()).any(|skipped| {
                let mut after = self.clone();
                let is_match = after.match_lines(rest, &printed[skipped..]);
                if is_match {
                    *self = after;
                }
                is_match
            }),
            (Some((shown, more_shown)), Some((printed, more_printed))) => {
                self.match_line(shown, printed) && self.match_lines(more_shown, more_printed)
            }
            _ => false,
        }
    }
}

#[test]
fn identifiers_stand_for_the_same_one_everywhere() {
    let mut names = Names::default();
    let shown = "order 01a203b9-d806-71eb-8d06-dbab9285e702: 14 min 59 s, paid at 14:47:20 (now)";
    let printed = "order 01b00000-d806-71eb-8d06-dbab00000001: 15 min, paid at 09:00:00 (1 s ago)";
    assert!(names.match_line(shown, printed));
    assert_eq!(
        names.translate("pay 9285e702 01a203b9-d806-71eb-8d06-dbab9285e702"),
        "pay 00000001 01b00000-d806-71eb-8d06-dbab00000001"
    );
    assert!(names.match_line("9285e702  $1.00", "00000001  $1.00"));
    for other in ["00000002  $1.00", "00000001  $2.00", "00000001 $1.00"] {
        assert!(!names.match_line("9285e702  $1.00", other), "{other}");
    }
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert!(names.match_lines(&lines("a\n…\nd"), &lines("a\nb\nc\nd")));
    assert!(!names.match_lines(&lines("a\n…\nd"), &lines("a\nb\nc")));
}
