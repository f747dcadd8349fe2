//! Tokens: runs of characters of a kind, as the regular expressions `\b[…]{m,n}\b` find them.

use super::Set;

/// How a token begins, ends and how long it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Whether it begins where a word begins or ends.
    pub starts_at_edge: bool,
    /// Whether it ends where one does.
    pub ends_at_edge: bool,
    /// The fewest characters it has; at least 1.
    pub least: usize,
    /// The most.
    pub most: usize,
}

/// What a token is.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// The characters it is made of.
    pub characters: Set,
    /// The characters that words are made of: an edge has one on one side only.
    pub word: Set,
    /// How it begins and ends.
    pub token: Token,
}

impl Tokens {
    /// Gives every token to `found`, from the left, none overlapping: at each place the longest.
    pub fn find<'a>(&self, characters: &'a [char], mut found: impl FnMut(&'a [char])) {
        let Token { starts_at_edge, ends_at_edge, least, most } = self.token;
        let is_word = |i: usize| characters.get(i).is_some_and(|&c| self.word.has(c));
        let is_edge = |i: usize| is_word(i) != (i > 0 && is_word(i - 1));
        let mut start = 0;
        while start < characters.len() {
            let run = characters[start..].iter().take_while(|&&c| self.characters.has(c)).count();
            let run_end = start + run;
            while start < run_end {
                if starts_at_edge && !is_edge(start) {
                    start += 1;
                    continue;
                }
                let mut end = run_end.min(start.saturating_add(most));
                while ends_at_edge && end > start && !is_edge(end) {
                    end -= 1;
                }
                if end - start >= least {
                    found(&characters[start..end]);
                    start = end;
                } else if run_end - start <= most {
                    // The next starts have the same end, and are nearer to it.
                    start = run_end;
                } else {
                    start += 1;
                }
            }
            start = run_end + 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str, kind: &[(u32, u32)], token: Token) -> Vec<String> {
        let word = Set::new(vec![(48, 57), (97, 122)]);
        let characters: Vec<char> = text.chars().collect();
        let mut found = Vec::new();
        let tokens = Tokens { characters: Set::new(kind.to_vec()), word, token };
        tokens.find(&characters, |token| found.push(token.iter().collect()));
        found
    }

    #[test]
    fn tokens_are_what_regular_expressions_find() {
        let letters = [(97, 122)];
        let token = Token { starts_at_edge: true, ends_at_edge: true, least: 2, most: usize::MAX };
        // \b[a-z]{2,}\b
        assert_eq!(tokens("abc1 de f gh", &letters, token), ["de", "gh"]);
        // \b[a-z-]+\b
        let dashed = Token { least: 1, ..token };
        assert_eq!(tokens("-ab-c- d", &[(45, 45), (97, 122)], dashed), ["ab-c", "d"]);
        // [a-z]{2,3}
        let short = Token { starts_at_edge: false, ends_at_edge: false, least: 2, most: 3 };
        assert_eq!(tokens("abcdefg h", &letters, short), ["abc", "def"]);
        // \b[a-z]{2,3}\b
        let whole = Token { least: 2, most: 3, ..token };
        assert_eq!(tokens("abcdefg hij", &letters, whole), ["hij"]);
        // [a-z]+\b
        let ends = Token { starts_at_edge: false, least: 1, ..token };
        assert_eq!(tokens("ab1 c", &letters, ends), ["c"]);
    }
}
