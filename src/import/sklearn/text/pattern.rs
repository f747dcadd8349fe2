//! `token_pattern`: the regular expressions that find runs of one kind of characters, as Python reads them.

use crate::kernel::text::{Ranges, Token};
use regex_syntax::ast::{
    AssertionKind, Ast, ClassPerl, ClassPerlKind, ClassSet, ClassSetItem, Flag, FlagsItemKind, GroupKind, LiteralKind,
    RepetitionKind, RepetitionRange, parse::Parser,
};
use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, HirKind};

/// What repeats in a pattern, or stands at its edge.
enum Part {
    Edge,
    /// At least and, if there is a most, at most so many of a kind.
    Run(ClassUnicode, usize, Option<usize>),
}

/// The characters of a token, and how it begins and ends. Otherwise what a pattern has that is not known.
pub fn tokens(pattern: &str) -> Result<(Ranges, Token), String> {
    let unknown = || "more than a run of one kind of characters, such as (?u)\\b\\w\\w+\\b".to_owned();
    let ast = Parser::new().parse(pattern).map_err(|error| format!("{}: {}", error.kind(), error.pattern()))?;
    let mut parts = Vec::new();
    let mut captured = None;
    collect(&ast, &mut parts, &mut captured)?;
    // What a group captures is the token: it has to be all of the run.
    if captured.is_some_and(|captured| captured != runs(&parts)) {
        return Err("a group that is a part of it".into());
    }
    let starts_at_edge = matches!(parts.first(), Some(Part::Edge));
    let ends_at_edge = parts.len() > 1 && matches!(parts.last(), Some(Part::Edge));
    let inner = &parts[usize::from(starts_at_edge)..parts.len() - usize::from(ends_at_edge)];
    let (mut kind, mut least, mut most) = (None, 0_usize, Some(0_usize));
    for part in inner {
        let Part::Run(characters, from, to) = part else { return Err(unknown()) };
        if kind.get_or_insert(characters) != &characters {
            return Err(unknown());
        }
        least = least.saturating_add(*from);
        most = most.zip(*to).map(|(most, to)| most.saturating_add(to));
    }
    let Some(kind) = kind else { return Err(unknown()) };
    if least == 0 {
        return Err("matches of no character".into());
    }
    let most = most.unwrap_or(usize::MAX);
    Ok((ranges(kind.clone()), Token { starts_at_edge, ends_at_edge, least, most }))
}

/// What `\w` is: letters, numbers and the underscore.
pub fn word() -> ClassUnicode {
    class(r"[\p{L}\p{N}_]")
}

/// What `\s` and `str.split` take for white space.
pub fn space() -> ClassUnicode {
    class(r"[\t-\r\x1c-\x20\x85\xa0\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]")
}

/// The ranges of a class.
pub fn ranges(class: ClassUnicode) -> Ranges {
    class.iter().map(|range| (range.start() as u32, range.end() as u32)).collect()
}

/// The class of an expression that is one.
fn class(expression: &str) -> ClassUnicode {
    let parsed = regex_syntax::parse(expression).ok();
    match parsed.map(regex_syntax::hir::Hir::into_kind) {
        Some(HirKind::Class(Class::Unicode(class))) => class,
        _ => ClassUnicode::empty(),
    }
}

fn runs(parts: &[Part]) -> usize {
    parts.iter().filter(|part| matches!(part, Part::Run(..))).count()
}

fn of_range(first: char, last: char) -> ClassUnicode {
    ClassUnicode::new([ClassUnicodeRange::new(first, last)])
}

fn perl(perl: &ClassPerl) -> ClassUnicode {
    let mut class = match perl.kind {
        ClassPerlKind::Digit => class(r"\p{Nd}"),
        ClassPerlKind::Space => space(),
        ClassPerlKind::Word => word(),
    };
    if perl.negated {
        class.negate();
    }
    class
}

/// The parts of a pattern in order, and how many of them the last group captures.
fn collect(ast: &Ast, parts: &mut Vec<Part>, captured: &mut Option<usize>) -> Result<(), String> {
    let one = |class| Part::Run(class, 1, Some(1));
    match ast {
        Ast::Empty(_) => {}
        Ast::Flags(flags) => {
            let is_unicode = |kind: &FlagsItemKind| *kind == FlagsItemKind::Flag(Flag::Unicode);
            if !flags.flags.items.iter().all(|item| is_unicode(&item.kind)) {
                return Err("flags other than (?u)".into());
            }
        }
        Ast::Assertion(assertion) if assertion.kind == AssertionKind::WordBoundary => parts.push(Part::Edge),
        Ast::Literal(literal) => parts.push(one(of_range(literal.c, literal.c))),
        Ast::Dot(_) => parts.push(one(class(r"[^\n]"))),
        Ast::ClassPerl(found) => parts.push(one(perl(found))),
        Ast::ClassBracketed(bracketed) => {
            let ClassSet::Item(item) = &bracketed.kind else { return Err("operations on sets".into()) };
            let mut class = ClassUnicode::empty();
            unite(item, &mut class)?;
            if bracketed.negated {
                class.negate();
            }
            parts.push(one(class));
        }
        Ast::Repetition(repetition) => {
            let (least, most) = match &repetition.op.kind {
                RepetitionKind::ZeroOrOne => (0, Some(1)),
                RepetitionKind::ZeroOrMore => (0, None),
                RepetitionKind::OneOrMore => (1, None),
                RepetitionKind::Range(RepetitionRange::Exactly(count)) => (*count as usize, Some(*count as usize)),
                RepetitionKind::Range(RepetitionRange::AtLeast(least)) => (*least as usize, None),
                RepetitionKind::Range(RepetitionRange::Bounded(least, most)) => (*least as usize, Some(*most as usize)),
            };
            let mut repeated = Vec::new();
            collect(&repetition.ast, &mut repeated, captured)?;
            match <[Part; 1]>::try_from(repeated) {
                Ok([Part::Run(class, 1, Some(1))]) if repetition.greedy => parts.push(Part::Run(class, least, most)),
                _ => return Err("a repetition that is not greedy, or of more than a character".into()),
            }
        }
        Ast::Concat(concat) => concat.asts.iter().try_for_each(|ast| collect(ast, parts, captured))?,
        Ast::Group(group) => {
            let before = runs(parts);
            collect(&group.ast, parts, captured)?;
            if !matches!(group.kind, GroupKind::NonCapturing(_)) {
                *captured = Some(runs(parts) - before);
            }
        }
        Ast::Alternation(_) => return Err("alternatives".into()),
        Ast::Assertion(_) => return Err("assertions other than \\b".into()),
        Ast::ClassUnicode(_) => return Err("\\p, which Python does not know".into()),
    }
    Ok(())
}

fn unite(item: &ClassSetItem, class: &mut ClassUnicode) -> Result<(), String> {
    match item {
        ClassSetItem::Empty(_) => {}
        ClassSetItem::Literal(literal) if literal.kind == LiteralKind::Verbatim && literal.c == '[' => {
            return Err("a set within a set".into());
        }
        ClassSetItem::Literal(literal) => class.union(&of_range(literal.c, literal.c)),
        ClassSetItem::Range(range) => class.union(&of_range(range.start.c, range.end.c)),
        ClassSetItem::Perl(found) => class.union(&perl(found)),
        ClassSetItem::Union(union) => union.items.iter().try_for_each(|item| unite(item, class))?,
        ClassSetItem::Ascii(_) | ClassSetItem::Unicode(_) | ClassSetItem::Bracketed(_) => {
            return Err("a set within a set".into());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_patterns_are_understood() {
        let all = |pattern: &str| tokens(pattern).unwrap_or_else(|why| panic!("{pattern}: {why}"));
        let edges = Token { starts_at_edge: true, ends_at_edge: true, least: 2, most: usize::MAX };
        assert_eq!(all(r"(?u)\b\w\w+\b"), (ranges(word()), edges));
        assert_eq!(all(r"\b\w{2,}\b"), all(r"(?u)\b\w\w+\b"));
        assert_eq!(all(r"\b(\w\w+)\b"), all(r"(?u)\b\w\w+\b"));
        let letters = vec![(65, 90), (97, 122)];
        let none = Token { starts_at_edge: false, ends_at_edge: false, least: 1, most: usize::MAX };
        assert_eq!(all("[a-zA-Z]+"), (letters.clone(), none));
        assert_eq!(all("[A-Za-z]{2,5}"), (letters, Token { least: 2, most: 5, ..none }));
        assert_eq!(all(r"[^\s]+"), all(r"\S+"));
        assert_eq!(all(r"[\w'\-]+").1, none);
    }

    #[test]
    fn other_patterns_are_refused_with_the_reason() {
        let why = |pattern: &str| tokens(pattern).expect_err(pattern);
        for pattern in [
            r"\w*",
            r"\b",
            "",
            r"\w+?",
            r"\w+|!",
            r"(?i)\w+",
            r"(?!a)\w+",
            r"[a-z]\w+",
            r"\w(\w+)",
            r"(\w)\w+",
            "[[:alpha:]]+",
        ] {
            assert!(!why(pattern).is_empty());
        }
    }
}
