//! The opcodes of pickle, by the names that Python's pickletools gives them.

use super::cursor::place;
use crate::error::{Error, Kind};

pub(super) const MARK: u8 = b'(';
pub(super) const STOP: u8 = b'.';
pub(super) const POP: u8 = b'0';
pub(super) const POP_MARK: u8 = b'1';
pub(super) const DUP: u8 = b'2';
pub(super) const BINBYTES: u8 = b'B';
pub(super) const SHORT_BINBYTES: u8 = b'C';
pub(super) const FLOAT: u8 = b'F';
pub(super) const BINFLOAT: u8 = b'G';
pub(super) const INT: u8 = b'I';
pub(super) const BININT: u8 = b'J';
pub(super) const BININT1: u8 = b'K';
pub(super) const LONG: u8 = b'L';
pub(super) const BININT2: u8 = b'M';
pub(super) const NONE: u8 = b'N';
pub(super) const PERSID: u8 = b'P';
pub(super) const BINPERSID: u8 = b'Q';
pub(super) const REDUCE: u8 = b'R';
pub(super) const STRING: u8 = b'S';
pub(super) const BINSTRING: u8 = b'T';
pub(super) const SHORT_BINSTRING: u8 = b'U';
pub(super) const UNICODE: u8 = b'V';
pub(super) const BINUNICODE: u8 = b'X';
pub(super) const EMPTY_LIST: u8 = b']';
pub(super) const APPEND: u8 = b'a';
pub(super) const BUILD: u8 = b'b';
pub(super) const GLOBAL: u8 = b'c';
pub(super) const DICT: u8 = b'd';
pub(super) const APPENDS: u8 = b'e';
pub(super) const GET: u8 = b'g';
pub(super) const BINGET: u8 = b'h';
pub(super) const INST: u8 = b'i';
pub(super) const LONG_BINGET: u8 = b'j';
pub(super) const LIST: u8 = b'l';
pub(super) const OBJ: u8 = b'o';
pub(super) const PUT: u8 = b'p';
pub(super) const BINPUT: u8 = b'q';
pub(super) const LONG_BINPUT: u8 = b'r';
pub(super) const SETITEM: u8 = b's';
pub(super) const TUPLE: u8 = b't';
pub(super) const SETITEMS: u8 = b'u';
pub(super) const EMPTY_DICT: u8 = b'}';
pub(super) const EMPTY_TUPLE: u8 = b')';
pub(super) const PROTO: u8 = 0x80;
pub(super) const NEWOBJ: u8 = 0x81;
pub(super) const EXT1: u8 = 0x82;
pub(super) const EXT2: u8 = 0x83;
pub(super) const EXT4: u8 = 0x84;
pub(super) const TUPLE1: u8 = 0x85;
pub(super) const TUPLE2: u8 = 0x86;
pub(super) const TUPLE3: u8 = 0x87;
pub(super) const NEWTRUE: u8 = 0x88;
pub(super) const NEWFALSE: u8 = 0x89;
pub(super) const LONG1: u8 = 0x8a;
pub(super) const LONG4: u8 = 0x8b;
pub(super) const SHORT_BINUNICODE: u8 = 0x8c;
pub(super) const BINUNICODE8: u8 = 0x8d;
pub(super) const BINBYTES8: u8 = 0x8e;
pub(super) const EMPTY_SET: u8 = 0x8f;
pub(super) const ADDITEMS: u8 = 0x90;
pub(super) const FROZENSET: u8 = 0x91;
pub(super) const NEWOBJ_EX: u8 = 0x92;
pub(super) const STACK_GLOBAL: u8 = 0x93;
pub(super) const MEMOIZE: u8 = 0x94;
pub(super) const FRAME: u8 = 0x95;
pub(super) const BYTEARRAY8: u8 = 0x96;
pub(super) const NEXT_BUFFER: u8 = 0x97;
pub(super) const READONLY_BUFFER: u8 = 0x98;

/// The refusal of an opcode at a place, by its name if it has one.
pub(super) fn refuse(code: u8, at: usize) -> Error {
    let (name, why) = match code {
        INST => ("INST", "an instance of a class of Python 2"),
        OBJ => ("OBJ", "an instance of a class of Python 2"),
        STRING => ("STRING", "a text of Python 2"),
        BINSTRING => ("BINSTRING", "a text of Python 2"),
        SHORT_BINSTRING => ("SHORT_BINSTRING", "a text of Python 2"),
        PERSID => ("PERSID", "an object outside of the file"),
        BINPERSID => ("BINPERSID", "an object outside of the file"),
        EXT1 => ("EXT1", "a class by a number that the file does not explain"),
        EXT2 => ("EXT2", "a class by a number that the file does not explain"),
        EXT4 => ("EXT4", "a class by a number that the file does not explain"),
        NEXT_BUFFER => ("NEXT_BUFFER", "a buffer outside of the file"),
        READONLY_BUFFER => ("READONLY_BUFFER", "a buffer outside of the file"),
        code => {
            let found = format!("byte {code:#04x}");
            return Error::new(Kind::InvalidModel, place(at), "an opcode of a pickle", found)
                .hint("The file is damaged, or is no pickle.");
        }
    };
    let found = format!("the opcode {name}: {why}");
    Error::new(Kind::Unsupported, place(at), "a pickle that holds all of its objects", found)
        .hint("Write the model again with joblib.dump(model, path), or pickle.dump without buffer_callback.")
}
