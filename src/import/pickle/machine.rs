//! The pickle machine: its opcodes build nodes, and call nothing.
//!
//! The opcodes are those of [pickletools](https://docs.python.org/3/library/pickletools.html).

use super::calls;
use super::cursor::{Bytes, Cursor, place};
use super::joblib;
use super::limits::{self, MAX_STACK};
use super::opcode;
use super::scalars;
use super::tree::{Id, Node, Tree};
use crate::error::{Error, Kind, Result};

/// The newest protocol there is.
const NEWEST_PROTOCOL: u8 = 5;

/// A pickle while it is read.
pub(super) struct Machine<'a> {
    pub(super) cursor: Cursor,
    pub(super) tree: &'a mut Tree,
    stack: Vec<Id>,
    /// Where on the stack MARK was.
    marks: Vec<usize>,
    /// What is remembered under each number.
    memo: Vec<Option<Id>>,
    /// How many numbers were given out.
    remembered: u32,
    start: usize,
    /// Whether joblib may have put arrays between the opcodes.
    has_arrays: bool,
    /// Where the opcode in hand stands.
    at: usize,
}

impl<'a> Machine<'a> {
    pub(super) fn new(bytes: Bytes, position: usize, tree: &'a mut Tree, has_arrays: bool) -> Self {
        let (stack, marks, memo, remembered) = (Vec::new(), Vec::new(), Vec::new(), 0);
        let (cursor, start, at) = (Cursor::new(bytes, position), position, position);
        Self { cursor, tree, stack, marks, memo, remembered, start, has_arrays, at }
    }

    /// Reads up to STOP: the pickled object.
    pub(super) fn run(&mut self) -> Result<Id> {
        loop {
            self.at = self.cursor.position();
            let code = self.cursor.byte()?;
            if code == opcode::STOP {
                let root = self.pop()?;
                return if self.stack.is_empty() { Ok(root) } else { Err(self.wrong("one object at STOP", "more")) };
            }
            self.step(code)?;
        }
    }

    fn step(&mut self, code: u8) -> Result<()> {
        match code {
            opcode::PROTO => self.protocol(),
            opcode::FRAME => self.frame(),
            opcode::MARK => self.mark(),
            opcode::POP => self.drop_one(),
            opcode::POP_MARK => self.above_mark().map(drop),
            opcode::DUP => self.top().and_then(|id| self.push(id)),
            opcode::PUT | opcode::BINPUT | opcode::LONG_BINPUT | opcode::MEMOIZE => self.put(code),
            opcode::GET | opcode::BINGET | opcode::LONG_BINGET => self.get(code),
            opcode::EMPTY_TUPLE => self.push(Tree::EMPTY),
            opcode::TUPLE1 => self.tuple(1),
            opcode::TUPLE2 => self.tuple(2),
            opcode::TUPLE3 => self.tuple(3),
            opcode::EMPTY_LIST => self.push_node(Node::List(Vec::new())),
            opcode::EMPTY_DICT => self.push_node(Node::Dict(Vec::new())),
            opcode::EMPTY_SET => self.push_node(Node::Set(Vec::new())),
            opcode::TUPLE => self.above_mark().and_then(|items| self.push_node(Node::Tuple(items))),
            opcode::LIST => self.above_mark().and_then(|items| self.push_node(Node::List(items))),
            opcode::FROZENSET => self.above_mark().and_then(|items| self.push_node(Node::Set(items))),
            opcode::DICT => {
                let entries = self.pairs_above_mark()?;
                self.push_node(Node::Dict(entries))
            }
            opcode::APPEND => self.pop().and_then(|item| self.append(&[item])),
            opcode::APPENDS | opcode::ADDITEMS => self.above_mark().and_then(|items| self.append(&items)),
            opcode::SETITEM => {
                let [key, value] = self.pops()?;
                self.set(&[(key, value)])
            }
            opcode::SETITEMS => self.pairs_above_mark().and_then(|entries| self.set(&entries)),
            opcode::GLOBAL => self.global(),
            opcode::STACK_GLOBAL => self.stack_global(),
            opcode::REDUCE => {
                let [callable, arguments] = self.pops()?;
                self.arguments(arguments)?;
                let made =
                    calls::reduce(self.tree, callable, arguments).map_err(|error| error.within(&self.place()))?;
                self.push(made)
            }
            opcode::NEWOBJ => {
                let [class, arguments] = self.pops()?;
                self.arguments(arguments)?;
                let made = self.tree.instance(class, arguments)?;
                self.push(made)
            }
            opcode::NEWOBJ_EX => self.newobj_ex(),
            opcode::BUILD => self.build(),
            code => match scalars::read(code, &mut self.cursor, self.tree)? {
                Some(id) => self.push(id),
                None => Err(opcode::refuse(code, self.at)),
            },
        }
    }

    fn protocol(&mut self) -> Result<()> {
        match self.cursor.byte()? {
            ..=NEWEST_PROTOCOL => Ok(()),
            protocol => Err(Error::new(
                Kind::Unsupported,
                self.place(),
                format!("a pickle of protocol 0 to {NEWEST_PROTOCOL}"),
                format!("protocol {protocol}"),
            )),
        }
    }

    /// A frame says how many bytes follow that may be read at once; nothing depends on it.
    fn frame(&mut self) -> Result<()> {
        let length = self.cursor.length::<8>()?;
        let left = self.cursor.bytes().as_slice().len() - self.cursor.position();
        if length <= left {
            return Ok(());
        }
        Err(self.wrong(&format!("a frame of {length} bytes"), &format!("{left} bytes")).hint("Copy the file again."))
    }

    fn mark(&mut self) -> Result<()> {
        limits::check(|| place(self.at), "marks", self.marks.len() + 1, MAX_STACK)?;
        self.marks.push(self.stack.len());
        Ok(())
    }

    fn drop_one(&mut self) -> Result<()> {
        if self.marks.last() == Some(&self.stack.len()) {
            self.marks.pop();
            return Ok(());
        }
        self.pop().map(drop)
    }

    fn put(&mut self, code: u8) -> Result<()> {
        let number = match code {
            opcode::BINPUT => u32::from(self.cursor.byte()?),
            opcode::LONG_BINPUT => u32::from_le_bytes(self.cursor.array()?),
            opcode::PUT => self.number()?,
            _ => self.remembered,
        };
        let top = self.top()?;
        let number = number as usize;
        if number >= self.memo.len() {
            // Numbers count up, and each takes a byte or more to give out.
            limits::check(|| place(self.at), "as a number to remember", number, self.at - self.start)?;
            self.memo.resize(number + 1, None);
        }
        self.remembered += u32::from(self.memo[number].is_none());
        self.memo[number] = Some(top);
        Ok(())
    }

    fn get(&mut self, code: u8) -> Result<()> {
        let number = match code {
            opcode::BINGET => u32::from(self.cursor.byte()?),
            opcode::LONG_BINGET => u32::from_le_bytes(self.cursor.array()?),
            _ => self.number()?,
        };
        match self.memo.get(number as usize) {
            Some(&Some(id)) => self.push(id),
            _ => Err(self.wrong("a remembered object", &format!("none under {number}"))),
        }
    }

    /// A number on a line.
    fn number(&mut self) -> Result<u32> {
        let line = self.cursor.line()?;
        line.parse().map_err(|_| Error::new(Kind::InvalidModel, place(self.at), "a number", "another line"))
    }

    fn tuple(&mut self, count: usize) -> Result<()> {
        let mut items = (0..count).map(|_| self.pop()).collect::<Result<Vec<_>>>()?;
        items.reverse();
        self.push_node(Node::Tuple(items))
    }

    fn append(&mut self, items: &[Id]) -> Result<()> {
        let target = self.top()?;
        match self.tree.node_mut(target) {
            Node::List(list) | Node::Set(list) => list.extend(items),
            Node::Instance(instance) => instance.items.extend(items),
            _ => return Err(self.wrong("a list or a set to append to", "something else")),
        }
        Ok(())
    }

    fn set(&mut self, entries: &[(Id, Id)]) -> Result<()> {
        let target = self.top()?;
        match self.tree.node_mut(target) {
            Node::Dict(dict) => dict.extend(entries),
            Node::Instance(instance) => instance.entries.extend(entries),
            _ => return Err(self.wrong("a dictionary to set entries of", "something else")),
        }
        Ok(())
    }

    fn global(&mut self) -> Result<()> {
        let module = self.cursor.line()?.to_owned();
        let global = self.tree.global(&module, self.cursor.line()?)?;
        self.push(global)
    }

    fn stack_global(&mut self) -> Result<()> {
        let [module, name] = self.pops()?;
        let (Node::Text(module), Node::Text(name)) = (self.tree.node(module), self.tree.node(name)) else {
            return Err(self.wrong("a module's and a global's name", "something else"));
        };
        let (module, name) = (module.clone(), name.clone());
        let global = self.tree.global(&module, &name)?;
        self.push(global)
    }

    fn newobj_ex(&mut self) -> Result<()> {
        let [class, arguments, keywords] = self.pops()?;
        self.arguments(arguments)?;
        let made = self.tree.instance(class, arguments)?;
        if let Node::Instance(instance) = self.tree.node_mut(made) {
            instance.keywords = Some(keywords);
        }
        self.push(made)
    }

    fn build(&mut self) -> Result<()> {
        let state = self.pop()?;
        let target = self.top()?;
        calls::build(self.tree, target, state).map_err(|error| error.within(&self.place()))?;
        if self.has_arrays && joblib::is_wrapper(self.tree, target) {
            let array = joblib::array(&mut self.cursor, self.tree, target)?;
            self.pop()?;
            self.push(array)?;
        }
        Ok(())
    }

    fn arguments(&self, arguments: Id) -> Result<()> {
        match self.tree.tuple(arguments) {
            Some(_) => Ok(()),
            None => Err(self.wrong("a tuple of arguments", "something else")),
        }
    }

    fn push_node(&mut self, node: Node) -> Result<()> {
        let id = self.tree.add(node)?;
        self.push(id)
    }

    fn push(&mut self, id: Id) -> Result<()> {
        limits::check(|| place(self.at), "objects on the stack", self.stack.len() + 1, MAX_STACK)?;
        self.stack.push(id);
        Ok(())
    }

    /// The object on top, above the last mark.
    fn top(&self) -> Result<Id> {
        let above = self.stack.len() > self.marks.last().copied().unwrap_or(0);
        above.then(|| self.stack[self.stack.len() - 1]).ok_or_else(|| self.wrong("an object on the stack", "none"))
    }

    fn pop(&mut self) -> Result<Id> {
        let top = self.top()?;
        self.stack.pop();
        Ok(top)
    }

    /// The objects on top, the topmost last.
    fn pops<const N: usize>(&mut self) -> Result<[Id; N]> {
        let mut ids = [Tree::NONE; N];
        for id in ids.iter_mut().rev() {
            *id = self.pop()?;
        }
        Ok(ids)
    }

    fn above_mark(&mut self) -> Result<Vec<Id>> {
        let mark = self.marks.pop().ok_or_else(|| self.wrong("a mark on the stack", "none"))?;
        // Not split_off: at 0 it would keep the stack's capacity for few items.
        let items = self.stack[mark..].to_vec();
        self.stack.truncate(mark);
        Ok(items)
    }

    fn pairs_above_mark(&mut self) -> Result<Vec<(Id, Id)>> {
        let items = self.above_mark()?;
        let (pairs, rest) = items.as_chunks::<2>();
        if !rest.is_empty() {
            return Err(self.wrong("a value for each key", "a key without one"));
        }
        Ok(pairs.iter().map(|&[key, value]| (key, value)).collect())
    }

    fn place(&self) -> String {
        place(self.at)
    }

    fn wrong(&self, expected: &str, found: &str) -> Error {
        Error::new(Kind::InvalidModel, self.place(), expected.to_owned(), found.to_owned())
            .hint("The file is damaged, or is no pickle.")
    }
}
