//! Many texts in one.

/// Texts one after another in one string: two allocations, however many there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextList {
    joined: String,
    /// Where each one ends.
    ends: Vec<usize>,
}

impl TextList {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// One of them, if there are so many.
    pub fn get(&self, i: usize) -> Option<&str> {
        let &end = self.ends.get(i)?;
        let start = if i == 0 { 0 } else { self.ends[i - 1] };
        self.joined.get(start..end)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).filter_map(|i| self.get(i))
    }

    /// Puts one behind the others.
    pub fn push(&mut self, text: &str) {
        self.joined.push_str(text);
        self.ends.push(self.joined.len());
    }

    /// Forgets all; the room for them stays.
    pub fn clear(&mut self) {
        self.joined.clear();
        self.ends.clear();
    }

    /// All of them in one.
    pub fn joined(&self) -> &str {
        &self.joined
    }

    /// The texts of these lengths, in bytes, that lie one after another in `joined`; `None` if they do not.
    pub fn from_joined(joined: String, lengths: &[u32]) -> Option<Self> {
        let mut ends = Vec::with_capacity(lengths.len());
        let mut end = 0_usize;
        for &length in lengths {
            end = end.checked_add(length as usize).filter(|&end| joined.is_char_boundary(end))?;
            ends.push(end);
        }
        (end == joined.len()).then_some(Self { joined, ends })
    }
}

impl<'a> FromIterator<&'a str> for TextList {
    fn from_iter<T: IntoIterator<Item = &'a str>>(texts: T) -> Self {
        let mut list = Self::default();
        texts.into_iter().for_each(|text| list.push(text));
        list
    }
}
