//! Goes through a script in the order in which Bash would run it, and writes down what it does.
mod assign;
mod command;
mod expand;
mod paths;
mod redirect;
mod repeat;
mod state;
mod statement;

use std::collections::HashSet;

use tree_sitter::Node;

use crate::bounds::MAX_TREE_DEPTH;
use crate::bounds::{MAX_COMMAND_BYTES, MAX_EFFECTS, MAX_NODES, MAX_SCRIPT_DEPTH, MAX_SCRIPTS};
use crate::danger::Danger;
use crate::effect::{Analysis, Effect};
use crate::parse::{has_deceiving_characters, is_hidden_from_grammar, is_sound, parse};
use crate::place::Place;
use crate::word::Word;

pub(crate) use paths::Reach;
pub(crate) use state::State;

/// What is known while going through a command.
pub(crate) struct Walker<'p> {
    pub(crate) place: &'p Place<'p>,
    pub(crate) state: State,
    effects: Vec<Effect>,
    seen: HashSet<Effect>,
    dangers: Vec<Danger>,
    is_whole: bool,
    scripts: usize,
    script_depth: usize,
    depth: usize,
    nodes: usize,
    /// The functions that are being called, and at which level of running at the same time.
    calls: Vec<(String, usize)>,
    /// The names, with a zero byte behind each, that the last command wrote, and no other text.
    pub(crate) printed: Option<Vec<Word>>,
    /// The same of the command before in the pipe, which this one reads.
    pub(crate) piped: Option<Vec<Word>>,
    /// How many pipes and `&` are around what is looked at.
    concurrency: usize,
}

/// What `command` would do at `place`.
pub(crate) fn analyse(command: &str, place: &Place<'_>) -> Analysis {
    let mut walker = Walker {
        place,
        state: State::new(place),
        effects: Vec::new(),
        seen: HashSet::new(),
        dangers: Vec::new(),
        is_whole: true,
        scripts: 0,
        script_depth: 0,
        depth: 0,
        nodes: 0,
        calls: Vec::new(),
        printed: None,
        piped: None,
        concurrency: 0,
    };
    walker.script(command);
    Analysis {
        effects: walker.effects,
        dangers: walker.dangers,
        is_whole: walker.is_whole,
    }
}

impl Walker<'_> {
    /// Goes through the text of a script, in the state as it is.
    pub(crate) fn script(&mut self, text: &str) {
        self.scripts += 1;
        if text.len() > MAX_COMMAND_BYTES
            || self.scripts > MAX_SCRIPTS
            || self.script_depth >= MAX_SCRIPT_DEPTH
        {
            self.not_whole();
            return;
        }
        if has_deceiving_characters(text) || is_hidden_from_grammar(text) {
            self.not_whole();
        }
        let Some(tree) = parse(text) else {
            self.not_whole();
            return;
        };
        if !is_sound(&tree, text) {
            self.not_whole();
        }
        self.script_depth += 1;
        self.statements(tree.root_node(), text);
        self.script_depth -= 1;
    }

    /// Goes through a script whose variables and folder are its own.
    pub(crate) fn own_script(&mut self, text: &str, positional: Option<Vec<Option<String>>>) {
        let state = self.state.clone();
        self.state.functions.clear();
        self.state.positional = positional;
        self.script(text);
        self.state = state;
    }

    /// Some part is not understood.
    pub(crate) fn not_whole(&mut self) {
        self.is_whole = false;
    }

    pub(crate) fn effect(&mut self, effect: Effect) {
        let end = self.effects.len();
        self.effect_at(end, effect);
    }

    /// Writes down an effect before those that come from place `at` on.
    fn effect_at(&mut self, at: usize, effect: Effect) {
        if self.seen.contains(&effect) {
            return;
        }
        if self.effects.len() >= MAX_EFFECTS {
            self.not_whole();
            return;
        }
        self.seen.insert(effect.clone());
        self.effects.insert(at.min(self.effects.len()), effect);
    }

    pub(crate) fn danger(&mut self, danger: Danger) {
        if !self.dangers.contains(&danger) && self.dangers.len() < MAX_EFFECTS {
            self.dangers.push(danger);
        }
    }

    /// Counts a node or a command one level deeper, and does `work` unless a bound is reached.
    fn deeper(&mut self, work: impl FnOnce(&mut Self)) {
        self.nodes += 1;
        if self.depth >= MAX_TREE_DEPTH || self.nodes > MAX_NODES {
            self.not_whole();
            return;
        }
        self.depth += 1;
        work(self);
        self.depth -= 1;
    }
}

/// The text of a node.
fn text_of<'s>(node: Node<'_>, text: &'s str) -> &'s str {
    text.get(node.byte_range()).unwrap_or_default()
}

/// The named children of a node.
fn children<'t>(node: Node<'t>) -> Vec<Node<'t>> {
    node.named_children(&mut node.walk()).collect()
}
