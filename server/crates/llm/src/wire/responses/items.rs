//! The items of an answer: told apart, and how far each has come.
use super::types;
use crate::wire::lenient::Text;

/// Items of one answer: messages, summaries of reasoning, calls and whatever else there is.
pub(crate) const MAX_ITEMS: usize = 1024;
/// Parts of one item that are told apart; what comes in further ones counts as known.
pub(crate) const MAX_PARTS: usize = 1024;

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Message,
    Reasoning,
    Call,
    /// What only the provider understands.
    Other,
}

impl Kind {
    /// All of them.
    pub(super) const ALL: [Self; 4] = [Self::Message, Self::Reasoning, Self::Call, Self::Other];

    pub(super) fn of(item: &types::Item<'_>) -> Self {
        match item.kind.0.as_ref() {
            "message" => Self::Message,
            "reasoning" => Self::Reasoning,
            "function_call" => Self::Call,
            _ => Self::Other,
        }
    }
}

/// Where reasoning comes from. Servers that send both send the same text twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Channel {
    Summary,
    Content,
}

/// One item of the answer.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) kind: Kind,
    /// Its place in the output, where the server says it.
    index: Option<u64>,
    pub(super) id: String,
    /// Calls: the id of the call.
    pub(super) call_id: String,
    /// The server said that it begins.
    announced: bool,
    /// It is whole.
    pub(super) done: bool,
    /// Messages: something else came between its texts.
    pub(super) is_split: bool,
    /// The parts of which text came.
    parts: Vec<u64>,
    /// Reasoning: where it comes from, known with the first text.
    pub(super) channel: Option<Channel>,
    /// Reasoning: the part that came last.
    pub(super) part: Option<u64>,
    pub(super) name: String,
    /// Calls: the index that the collector gave; none until the name is known.
    pub(super) call: Option<usize>,
    /// Calls: arguments that came before the name.
    pub(super) held: String,
    /// Calls: arguments came.
    pub(super) has_arguments: bool,
    /// Calls: the arguments with which the call was announced; used if no others come.
    pub(super) announced_arguments: String,
}

impl Item {
    fn new(kind: Kind, names: &Names<'_>) -> Self {
        Self {
            kind,
            index: names.index,
            id: names.id.to_owned(),
            call_id: names.call_id.to_owned(),
            announced: false,
            done: false,
            is_split: false,
            parts: Vec::new(),
            channel: None,
            part: None,
            name: String::new(),
            call: None,
            held: String::new(),
            has_arguments: false,
            announced_arguments: String::new(),
        }
    }

    /// Whether text of any part came.
    pub(super) fn has_text(&self) -> bool {
        !self.parts.is_empty()
    }

    /// Whether text of this part came.
    pub(super) fn has_part(&self, part: u64) -> bool {
        self.parts.len() >= MAX_PARTS || self.parts.contains(&part)
    }

    /// Text of this part comes.
    pub(super) fn note_part(&mut self, part: u64) {
        if self.parts.last() != Some(&part) && !self.has_part(part) {
            self.parts.push(part);
        }
    }

    /// Takes what is said of the item and was not known.
    fn learn(&mut self, names: &Names<'_>) {
        self.index = self.index.or(names.index);
        for (known, said) in [
            (&mut self.id, names.id),
            (&mut self.call_id, names.call_id),
            (&mut self.name, names.name),
        ] {
            if known.is_empty() {
                said.clone_into(known);
            }
        }
    }

    fn is_at(&self, names: &Names<'_>) -> bool {
        names.index.is_some() && self.index == names.index
    }

    /// Only an id that changes from event to event tells it from others of its kind.
    fn may_be_any(&self) -> bool {
        match self.kind {
            Kind::Message | Kind::Reasoning | Kind::Call => self.call_id.is_empty(),
            Kind::Other => false,
        }
    }

    fn is_elsewhere(&self, names: &Names<'_>) -> bool {
        matches!((self.index, names.index), (Some(a), Some(b)) if a != b)
    }

    /// Both are calls with an id, and not the same.
    fn is_other_call(&self, names: &Names<'_>) -> bool {
        let both = !self.call_id.is_empty() && !names.call_id.is_empty();
        both && self.call_id != names.call_id
    }

    fn has_id(&self, id: &str) -> bool {
        !id.is_empty() && (self.id == id || self.call_id == id)
    }

    fn has_id_of(&self, names: &Names<'_>) -> bool {
        self.has_id(names.id) || self.has_id(names.call_id)
    }
}

/// What an event says of the item that it belongs to. All of it may be missing.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Names<'a> {
    pub(super) index: Option<u64>,
    pub(super) id: &'a str,
    pub(super) call_id: &'a str,
    pub(super) name: &'a str,
}

impl<'a> Names<'a> {
    pub(super) fn of(index: Option<u64>, item: &'a types::Item<'_>) -> Self {
        let text = |text: &'a Text<'_>| text.0.as_ref();
        Self {
            index,
            id: text(&item.id),
            call_id: text(&item.call_id),
            name: text(&item.name),
        }
    }
}

/// The items of one answer, in the order in which they came.
///
/// Most servers say the place of an item with each event, others only its id; some give all items
/// the same place, some change the id from event to event.
#[derive(Debug, Default)]
pub(super) struct Items(Vec<Item>);

impl Items {
    /// The item that is announced; a new one unless it is known. `None` if there are too many.
    pub(super) fn announced(&mut self, kind: Kind, names: &Names<'_>) -> Option<usize> {
        let known = self.0.iter().rposition(|item| {
            let same_place = item.is_at(names);
            let same_id = !item.is_elsewhere(names) && item.has_id_of(names);
            // An id alone may be taken twice, and a place too.
            let same = same_id && (same_place || !item.announced) || same_place && !item.done;
            item.kind == kind && !item.is_other_call(names) && same
        });
        let at = self.found_or_new(known, kind, names)?;
        self.0[at].announced = true;
        Some(at)
    }

    /// The item that more is said of; a new one unless it is known. `None` if there are too many.
    pub(super) fn continued(&mut self, kind: Kind, names: &Names<'_>) -> Option<usize> {
        let at = |is: &dyn Fn(&Item) -> bool| {
            let of_kind = |item: &Item| item.kind == kind && !item.is_elsewhere(names);
            self.0.iter().rposition(|item| of_kind(item) && is(item))
        };
        let known = at(&|item| item.has_id_of(names)).or_else(|| match names.index {
            Some(_) => at(&|item| item.is_at(names)),
            None => at(&|item| !item.done),
        });
        self.found_or_new(known, kind, names)
    }

    /// The item that is whole; a new one unless it is known. `None` if there are too many.
    pub(super) fn finished(&mut self, kind: Kind, names: &Names<'_>) -> Option<usize> {
        let is = |item: &Item| {
            item.kind == kind && !item.is_elsewhere(names) && !item.is_other_call(names)
        };
        let at =
            |more: &dyn Fn(&Item) -> bool| self.0.iter().position(|item| is(item) && more(item));
        let nothing_said = names.index.is_none() && names.id.is_empty() && names.call_id.is_empty();
        let known = at(&|item| !item.done && item.has_id_of(names))
            .or_else(|| at(&|item| item.has_id_of(names)))
            .or_else(|| at(&|item| !item.done && item.is_at(names)))
            .or_else(|| at(&|item| item.is_at(names)))
            .or_else(|| at(&|item| !item.done && (nothing_said || item.may_be_any())));
        self.found_or_new(known, kind, names)
    }

    /// The item that stands in the final output as the `nth` of its kind, if `came` of that kind
    /// came before; a new one unless it is known. `None` if there are too many.
    pub(super) fn listed(
        &mut self,
        kind: Kind,
        names: &Names<'_>,
        nth: usize,
        came: usize,
    ) -> Option<usize> {
        let by_id = self
            .0
            .iter()
            .position(|item| item.kind == kind && item.has_id_of(names));
        let by_count = || {
            let mut of_kind = self
                .0
                .iter()
                .enumerate()
                .filter(|(_, item)| item.kind == kind);
            of_kind.nth(nth).filter(|_| nth < came).map(|(at, _)| at)
        };
        let known = by_id.or_else(by_count);
        self.found_or_new(known, kind, names)
    }

    /// How many of this kind there are.
    pub(super) fn count(&self, kind: Kind) -> usize {
        self.0.iter().filter(|item| item.kind == kind).count()
    }

    pub(super) fn get(&mut self, at: usize) -> Option<&mut Item> {
        self.0.get_mut(at)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    fn found_or_new(
        &mut self,
        known: Option<usize>,
        kind: Kind,
        names: &Names<'_>,
    ) -> Option<usize> {
        if let Some(at) = known {
            self.0[at].learn(names);
            return Some(at);
        }
        if self.0.len() >= MAX_ITEMS {
            return None;
        }
        let mut item = Item::new(kind, names);
        item.learn(names);
        self.0.push(item);
        Some(self.0.len() - 1)
    }
}
