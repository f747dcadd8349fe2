//! Names and labels are a stranger's: how they stand in JavaScript, in TypeScript, and in Markdown.

use serde_json::Value;

/// JSON that is a JavaScript expression wherever it stands: in a module, in a page's `<script>`, in a comment.
pub fn script(value: &Value) -> String {
    let mut text = String::new();
    for character in value.to_string().chars() {
        match character {
            // Outside of texts JSON has none of these.
            '<'
            | '>'
            | '/'
            | '\u{7f}'..='\u{9f}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{feff}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' => {
                text.push_str(&format!("\\u{:04x}", u32::from(character)));
            }
            _ => text.push(character),
        }
    }
    text
}

/// A text in Markdown that is read as itself, on one line.
pub fn markdown(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        match character {
            _ if character.is_control() => escaped.push(' '),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '(' | ')' | '#' | '!' | '|' | '~' | '&' => {
                escaped.extend(['\\', character]);
            }
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_a_text_or_a_comment_or_a_page_is_written_otherwise() {
        let hostile = Value::from("\"]; alert(1)//*/ </script>\u{2028}`${x}\n");
        let written = script(&hostile);
        assert!(["*/", "//", "</", "\u{2028}", "\n"].iter().all(|part| !written.contains(part)), "{written}");
        assert_eq!(serde_json::from_str::<Value>(&written).ok(), Some(hostile));
        assert_eq!(markdown("a|b\n# [x](y) <b>"), "a\\|b \\# \\[x\\]\\(y\\) \\<b\\>");
    }
}
