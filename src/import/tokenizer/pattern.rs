//! Regular expressions of tokenizers, as Oniguruma reads them: runs of characters of a kind. Whatever else one can write is
//! refused by name.

use super::characters::class;
use super::reader::{Part as Told, Reader};
use crate::kernel::text::Ranges;
use crate::network::tokenizer::{Part, Pattern};

/// Gives a set of characters a place.
pub type Sets<'a> = &'a mut dyn FnMut(Ranges) -> u32;

/// GPT-2's own.
pub const GPT2: &str = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

/// Reads a pattern, or says what of it is not known.
pub fn parse(pattern: &str, sets: Sets<'_>) -> Result<Pattern, String> {
    let mut parser = Parser { rest: pattern, ignores_case: false, sets };
    let alternatives = parser.alternatives()?;
    if !parser.rest.is_empty() {
        return Err(format!("{:?} in a regular expression", parser.rest));
    }
    let is_empty = |parts: &Vec<Part>| !parts.iter().any(|part| matches!(part, Part::Run(_, 1.., _)));
    if alternatives.iter().any(is_empty) {
        return Err("a regular expression that finds nothing at all".into());
    }
    Ok(Pattern(alternatives))
}

/// The `pattern` of a part, a text or a regular expression; nothing if it has none.
pub fn of(part: &Told<'_>, reader: &mut Reader) -> Option<Result<Pattern, String>> {
    let pattern = part.get("pattern")?;
    let of = |name: &str| pattern.get(name).and_then(|text| text.as_str());
    let sets = &mut |set| reader.set(set);
    match (of("String"), of("Regex")) {
        (Some(text), _) if !text.is_empty() => Some(Ok(literal(text, sets))),
        (_, expression) => expression.map(|expression| parse(expression, sets)),
    }
}

/// The pattern of a text.
pub fn literal(text: &str, sets: Sets<'_>) -> Pattern {
    Pattern(vec![text.chars().map(|c| Part::Run(sets(vec![(c as u32, c as u32)]), 1, Some(1))).collect()])
}

/// The pattern of one character of a set.
pub fn one_of(characters: Ranges, sets: Sets<'_>) -> Pattern {
    Pattern(vec![vec![Part::Run(sets(characters), 1, Some(1))]])
}

struct Parser<'a, 's> {
    rest: &'a str,
    ignores_case: bool,
    sets: Sets<'s>,
}

impl<'a> Parser<'a, '_> {
    /// Alternatives, to the end or to a parenthesis.
    fn alternatives(&mut self) -> Result<Vec<Vec<Part>>, String> {
        let mut alternatives = Vec::new();
        loop {
            let mut parts = Vec::new();
            while !self.rest.is_empty() && !self.rest.starts_with(['|', ')']) {
                if matches!(parts.last(), Some(Part::Maybe(_))) {
                    return Err("a group with more behind it in a regular expression".into());
                }
                match self.group()? {
                    None => parts.push(self.part()?),
                    Some(group) if self.skips("?") => parts.push(Part::Maybe(group)),
                    // Alternatives among alternatives are just more of them.
                    Some(group) if parts.is_empty() && (self.rest.is_empty() || self.rest.starts_with('|')) => {
                        alternatives.extend(group);
                    }
                    Some(_) => return Err("a group with more beside it in a regular expression".into()),
                }
            }
            if !parts.is_empty() {
                alternatives.push(parts);
            }
            if !self.skips("|") {
                return Ok(alternatives);
            }
        }
    }

    /// The alternatives in parentheses, if that is what comes next.
    fn group(&mut self) -> Result<Option<Vec<Vec<Part>>>, String> {
        let before = self.ignores_case;
        self.ignores_case |= match () {
            () if self.skips("(?i:") => true,
            () if self.skips("(?:") => false,
            () => return Ok(None),
        };
        let alternatives = self.alternatives()?;
        self.ignores_case = before;
        if self.skips(")") { Ok(Some(alternatives)) } else { Err("a group without an end".into()) }
    }

    /// A class with how often it is there, or a look ahead at one.
    fn part(&mut self) -> Result<Part, String> {
        if self.skips("(?!") {
            let not = self.class()?;
            let end = self.skips(")");
            return if end {
                Ok(Part::Ahead((self.sets)(others(&not))))
            } else {
                Err("more than a class after (?!".into())
            };
        }
        let characters = self.class()?;
        let (least, most) = self.count()?;
        if self.rest.starts_with(['?', '+', '*', '{']) {
            return Err("a quantifier of a quantifier in a regular expression".into());
        }
        Ok(Part::Run((self.sets)(characters), least, most))
    }

    fn count(&mut self) -> Result<(u32, Option<u32>), String> {
        match () {
            () if self.skips("?") => return Ok((0, Some(1))),
            () if self.skips("*") => return Ok((0, None)),
            () if self.skips("+") => return Ok((1, None)),
            () if self.skips("{") => {}
            () => return Ok((1, Some(1))),
        }
        let (inner, rest) = self.rest.split_once('}').ok_or("{ without an end in a regular expression")?;
        self.rest = rest;
        let number = |text: &str| text.parse::<u32>().map_err(|_| format!("{{{inner}}} in a regular expression"));
        match inner.split_once(',') {
            None => number(inner).map(|count| (count, Some(count))),
            Some((least, "")) => Ok((number(least)?, None)),
            Some(("", most)) => Ok((0, Some(number(most)?))),
            Some((least, most)) => Ok((number(least)?, Some(number(most)?))),
        }
    }

    /// One class: a character, an escape or what is in brackets.
    fn class(&mut self) -> Result<Ranges, String> {
        let length = match self.rest.as_bytes() {
            [b'[', ..] => bracketed(self.rest),
            [b'\\', b'p' | b'P', b'{', ..] => self.rest.find('}').map(|end| end + 1),
            [b'\\', b'x', b'{', ..] => self.rest.find('}').map(|end| end + 1),
            [b'\\', ..] => self.rest.chars().nth(1).map(|c| 1 + c.len_utf8()),
            _ => self.rest.chars().next().filter(|c| !"(){}?*+^$".contains(*c)).map(char::len_utf8),
        };
        let unknown = |rest: &str| format!("{rest:?} in a regular expression");
        let (written, rest) = self.rest.split_at(length.ok_or_else(|| unknown(self.rest))?);
        // Where Oniguruma and the parser of classes here do not mean the same.
        let differs = ["\\w", "\\W", "\\b", "\\B", "\\h", "\\H", "\\R", "\\X", "&&", "--", "~~", "[:", "\\d", "\\D"];
        // Categories have one name or two letters; other properties are other sets there.
        let is_category = |part: &str| part.split_once('}').is_some_and(|(name, _)| (1..=2).contains(&name.len()));
        let has_property = !written.split("\\p{").skip(1).chain(written.split("\\P{").skip(1)).all(is_category);
        if has_property
            || differs.iter().any(|part| written.contains(part))
            || written.strip_prefix('[').is_some_and(|x| x.contains('['))
        {
            return Err(unknown(written));
        }
        let flag = if self.ignores_case { "(?i)" } else { "" };
        // A space is one, whatever flags a parser might have.
        let found = class(&format!("{flag}{written}")).ok_or_else(|| unknown(written))?;
        self.rest = rest;
        Ok(found)
    }

    fn skips(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }
}

/// The length of a class in brackets.
fn bracketed(text: &str) -> Option<usize> {
    let mut characters = text.char_indices().skip(1);
    while let Some((at, c)) = characters.next() {
        match c {
            '\\' => {
                characters.next();
            }
            ']' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// All characters but these.
fn others(ranges: &Ranges) -> Ranges {
    let mut others = Vec::new();
    let mut next = 0;
    for &(first, last) in ranges {
        if next < first {
            others.push((next, first - 1));
        }
        next = last + 1;
    }
    if next <= char::MAX as u32 {
        others.push((next, char::MAX as u32));
    }
    others
}
