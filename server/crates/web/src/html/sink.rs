//! The parser's output, counted: a short page can make a tree without end.
use std::borrow::Cow;
use std::cell::Cell;
use std::rc::Rc;
use std::time::Instant;

use htmd::Node;
use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::{Attribute, ExpandedName, ParseOpts, QualName, parse_document};
use markup5ever_rcdom::{Handle, NodeData, RcDom};

/// How deep elements may lie in each other; browsers flatten what is deeper than 512.
pub(crate) const MAX_DEPTH: usize = 400;
/// How deep lists and quotations may lie in each other: each level begins each of its lines.
pub(crate) const MAX_INDENTED: usize = 24;
/// Nodes of one page.
pub(crate) const MAX_NODES: usize = 400_000;
/// Bytes given to the parser between two looks at the limits.
const PIECE: usize = 1024;

/// The tree of a page, or nothing where it goes beyond a limit.
pub(super) fn parse(html: &str, until: Instant) -> Option<Rc<Node>> {
    let mut parser = parse_document(Counted::default(), ParseOpts::default());
    let mut rest = html;
    // Each turn leaves less of the rest.
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(rest.floor_char_boundary(PIECE.min(rest.len())));
        rest = after;
        parser.process(StrTendril::from_slice(piece));
        let sink = &parser.tokenizer.sink.sink;
        if sink.is_beyond.get() || sink.nodes.get() > MAX_NODES || Instant::now() > until {
            return None;
        }
    }
    let dom = parser.finish();
    is_shallow(&dom.document).then_some(dom.document)
}

/// Whether the finished tree is within the limits: some of it was moved after it was counted.
fn is_shallow(document: &Rc<Node>) -> bool {
    let mut left = vec![(Rc::clone(document), 0_usize, 0_usize)];
    while let Some((node, depth, indented)) = left.pop() {
        let is_indenting = name(&node)
            .is_some_and(|name| matches!(name, "ul" | "ol" | "li" | "blockquote" | "menu" | "dir"));
        let indented = indented + usize::from(is_indenting);
        if depth > MAX_DEPTH || indented > MAX_INDENTED {
            return false;
        }
        let children = node.children.borrow();
        left.extend(
            children
                .iter()
                .map(|child| (Rc::clone(child), depth + 1, indented)),
        );
    }
    true
}

/// The name of an element.
pub(super) fn name(node: &Node) -> Option<&str> {
    match &node.data {
        NodeData::Element { name, .. } => Some(name.local.as_ref()),
        NodeData::Document
        | NodeData::Doctype { .. }
        | NodeData::Text { .. }
        | NodeData::Comment { .. }
        | NodeData::ProcessingInstruction { .. } => None,
    }
}

/// A document that counts its nodes and knows when one lies too deep.
#[derive(Default)]
struct Counted {
    dom: RcDom,
    nodes: Cell<usize>,
    is_beyond: Cell<bool>,
}

impl Counted {
    fn count(&self) {
        self.nodes.set(self.nodes.get().saturating_add(1));
    }

    /// Notes when a child of this node would lie too deep.
    fn measure(&self, parent: &Handle) {
        let mut node = Rc::clone(parent);
        for _ in 0..MAX_DEPTH {
            let above = node.parent.take();
            node.parent.set(above.clone());
            match above.and_then(|above| above.upgrade()) {
                Some(above) => node = above,
                None => return,
            }
        }
        self.is_beyond.set(true);
    }
}

impl TreeSink for Counted {
    type Handle = Handle;
    type Output = RcDom;
    type ElemName<'a> = ExpandedName<'a>;

    fn finish(self) -> RcDom {
        self.dom
    }

    // Nobody reads them, and there may be one for each byte.
    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> Handle {
        self.dom.get_document()
    }

    fn elem_name<'a>(&'a self, target: &'a Handle) -> ExpandedName<'a> {
        self.dom.elem_name(target)
    }

    fn create_element(&self, name: QualName, attrs: Vec<Attribute>, flags: ElementFlags) -> Handle {
        self.count();
        self.dom.create_element(name, attrs, flags)
    }

    fn create_comment(&self, _: StrTendril) -> Handle {
        self.count();
        self.dom.create_comment(StrTendril::new())
    }

    fn create_pi(&self, target: StrTendril, data: StrTendril) -> Handle {
        self.count();
        self.dom.create_pi(target, data)
    }

    fn append(&self, parent: &Handle, child: NodeOrText<Handle>) {
        self.measure(parent);
        self.dom.append(parent, child);
    }

    fn append_based_on_parent_node(
        &self,
        element: &Handle,
        previous: &Handle,
        child: NodeOrText<Handle>,
    ) {
        self.measure(element);
        self.dom
            .append_based_on_parent_node(element, previous, child);
    }

    fn append_doctype_to_document(&self, name: StrTendril, public: StrTendril, system: StrTendril) {
        self.dom.append_doctype_to_document(name, public, system);
    }

    fn get_template_contents(&self, target: &Handle) -> Handle {
        self.dom.get_template_contents(target)
    }

    fn same_node(&self, x: &Handle, y: &Handle) -> bool {
        self.dom.same_node(x, y)
    }

    fn set_quirks_mode(&self, mode: QuirksMode) {
        self.dom.set_quirks_mode(mode);
    }

    fn append_before_sibling(&self, sibling: &Handle, child: NodeOrText<Handle>) {
        self.measure(sibling);
        self.dom.append_before_sibling(sibling, child);
    }

    fn add_attrs_if_missing(&self, target: &Handle, attrs: Vec<Attribute>) {
        self.dom.add_attrs_if_missing(target, attrs);
    }

    fn remove_from_parent(&self, target: &Handle) {
        self.dom.remove_from_parent(target);
    }

    fn reparent_children(&self, node: &Handle, new_parent: &Handle) {
        self.dom.reparent_children(node, new_parent);
    }

    fn is_mathml_annotation_xml_integration_point(&self, handle: &Handle) -> bool {
        self.dom.is_mathml_annotation_xml_integration_point(handle)
    }

    // A copy of the chosen option would double what is there, again and again.
    fn maybe_clone_an_option_into_selectedcontent(&self, _: &Handle) {}
}
