//! The modules of a crate and their imports, read from its sources.
//!
//! A file is read as tokens, so comments and texts are no imports. What `#[cfg(test)]` precedes does not count.

use std::collections::{BTreeMap, BTreeSet};
use std::iter::Peekable;
use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree, token_stream};

/// The names from the root of a crate to a module. Those of the root are none.
pub(super) type ModulePath = Vec<String>;

/// The modules that each module imports, of those with the same parent.
pub(super) type Imports = BTreeMap<ModulePath, BTreeSet<ModulePath>>;

/// The words before the name of an item.
const ITEMS: [&str; 8] = ["const", "enum", "fn", "static", "struct", "trait", "type", "union"];
/// The longest chain of `use` declarations that is followed.
const MAX_DEPTH: usize = 16;

/// The declarations of a module, and the paths that it names.
#[derive(Default)]
struct Module {
    items: BTreeSet<String>,
    /// The paths of `use` declarations, public or not, by the name that they give.
    uses: BTreeMap<String, Vec<String>>,
    /// The paths of `use` declarations of all items of a module.
    globs: Vec<Vec<String>>,
    /// Every path of several names.
    paths: Vec<Vec<String>>,
    is_test: bool,
}

/// The target of a path.
enum Target {
    Module(ModulePath),
    /// An item in this module.
    Item(ModulePath),
}

/// The modules of a crate.
#[derive(Default)]
pub(super) struct Modules(BTreeMap<ModulePath, Module>);

impl Modules {
    /// Reads the files of a crate, by their paths in its folder.
    pub(super) fn read<'f>(files: impl IntoIterator<Item = (&'f Path, &'f str)>) -> Self {
        let mut modules = Self::default();
        for (path, text) in files {
            let tokens: TokenStream =
                text.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let module = module_of(path);
            for length in 0..module.len() {
                modules.0.entry(module[..length].into()).or_default();
            }
            modules.read_tokens(&module, tokens);
        }
        modules
    }

    /// Returns the imports between the children of each module.
    ///
    /// A path from `a::b` to `a::c::d` is an import of `a::c` by `a::b`. A module may use its parents and its children.
    pub(super) fn imports(&self) -> Imports {
        let mut imports = Imports::new();
        for (path, module) in &self.0 {
            if self.is_test(path) {
                continue;
            }
            for used in &module.paths {
                let Some(Target::Module(target) | Target::Item(target)) = self.resolve(path, used, 0) else {
                    continue;
                };
                let common = path.iter().zip(&target).take_while(|(own, other)| own == other).count();
                if common < path.len().min(target.len()) {
                    imports.entry(path[..=common].into()).or_default().insert(target[..=common].into());
                }
            }
        }
        imports
    }

    fn is_test(&self, path: &[String]) -> bool {
        (0..=path.len()).any(|length| self.0.get(&path[..length]).is_some_and(|module| module.is_test))
    }

    /// Returns what a path in a module names; `None` if that is of another crate.
    fn resolve(&self, module: &[String], path: &[String], depth: usize) -> Option<Target> {
        let mut at = module.to_vec();
        for (index, name) in path.iter().enumerate() {
            match name.as_str() {
                "crate" => at.clear(),
                "super" => _ = at.pop(),
                "self" => {}
                _ => match self.find(&at, name, depth) {
                    Some(Target::Module(child)) => at = child,
                    Some(item) => return Some(item),
                    // A macro may declare it.
                    None => return (index > 0).then_some(Target::Item(at)),
                },
            }
        }
        Some(Target::Module(at))
    }

    /// Returns what a name means in a module.
    fn find(&self, at: &[String], name: &str, depth: usize) -> Option<Target> {
        let child = [at, &[name.to_owned()]].concat();
        if self.0.contains_key(&child) {
            return Some(Target::Module(child));
        }
        let module = self.0.get(at).filter(|_| depth < MAX_DEPTH)?;
        if let Some(used) = module.uses.get(name) {
            return self.resolve(at, used, depth + 1);
        }
        if module.items.contains(name) {
            return Some(Target::Item(at.to_vec()));
        }
        module.globs.iter().find_map(|glob| match self.resolve(at, glob, depth + 1)? {
            Target::Module(other) if other != at => self.find(&other, name, depth + 1),
            _ => None,
        })
    }

    fn read_tokens(&mut self, path: &[String], tokens: TokenStream) {
        self.0.entry(path.into()).or_default();
        let mut tokens = tokens.into_iter().peekable();
        let mut in_test = false;
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Punct(mark) if mark.as_char() == '#' => {
                    let attribute = tokens.peek().map(|token| token.to_string().replace(' ', ""));
                    in_test |= attribute.is_some_and(|attribute| attribute == "[cfg(test)]");
                }
                TokenTree::Punct(mark) if mark.as_char() == ';' => in_test = false,
                TokenTree::Group(group) if in_test => in_test = group.delimiter() != Delimiter::Brace,
                TokenTree::Group(group) => self.read_tokens(path, group.stream()),
                TokenTree::Ident(word) => self.read_word(path, &word.to_string(), in_test, &mut tokens),
                _ => {}
            }
        }
    }

    /// Reads what a word begins: a module, a `use` declaration, another item or a path.
    fn read_word(&mut self, path: &[String], word: &str, in_test: bool, tokens: &mut Tokens) {
        let next = match tokens.peek() {
            Some(TokenTree::Ident(name)) => Some(name.to_string()),
            _ => None,
        };
        if let Some(name) = next.as_ref().filter(|_| word == "mod") {
            let child = [path, std::slice::from_ref(name)].concat();
            tokens.next();
            if in_test {
                self.0.entry(child).or_default().is_test = true;
            } else if let Some(TokenTree::Group(content)) =
                tokens.next_if(|next| matches!(next, TokenTree::Group(_)))
            {
                self.read_tokens(&child, content.stream());
            }
            return;
        }
        if in_test {
            return;
        }
        let module = self.0.entry(path.into()).or_default();
        match next {
            Some(name) if ITEMS.contains(&word) => _ = module.items.insert(name),
            Some(_) if word == "use" => {
                let is_end =
                    |token: &TokenTree| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ';');
                module.read_use(&[], tokens.take_while(|token| !is_end(token)).collect());
            }
            _ => {
                let mut names = vec![word.to_owned()];
                names.extend(std::iter::from_fn(|| next_name(tokens)));
                if names.len() > 1 {
                    module.paths.push(names);
                }
            }
        }
    }
}

type Tokens = Peekable<token_stream::IntoIter>;

impl Module {
    /// Reads the tree of a `use` declaration below a path.
    fn read_use(&mut self, prefix: &[String], tree: TokenStream) {
        let mut tokens = tree.into_iter();
        let (mut path, mut name) = (prefix.to_vec(), None);
        loop {
            match tokens.next() {
                Some(TokenTree::Ident(word)) if word == "as" => {
                    name = tokens.next().map(|name| name.to_string())
                }
                Some(TokenTree::Ident(word)) if word == "self" && !path.is_empty() => {
                    name = path.last().cloned()
                }
                Some(TokenTree::Ident(word)) => {
                    name = Some(word.to_string());
                    path.push(word.to_string());
                }
                Some(TokenTree::Group(group)) => {
                    name = None;
                    self.read_use(&path, group.stream());
                }
                Some(TokenTree::Punct(mark)) if mark.as_char() == '*' => {
                    name = None;
                    self.globs.push(path.clone());
                }
                Some(TokenTree::Punct(mark)) if mark.as_char() == ':' => {}
                end => {
                    if let Some(name) = name.take() {
                        self.uses.insert(name, path.clone());
                        self.paths.push(path);
                    }
                    if end.is_none() {
                        return;
                    }
                    path = prefix.to_vec();
                }
            }
        }
    }
}

/// Returns the next name of a path, behind its `::`.
fn next_name(tokens: &mut Tokens) -> Option<String> {
    let mut ahead = tokens.clone();
    for _ in 0..2 {
        ahead.next().filter(|token| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ':'))?;
    }
    let Some(TokenTree::Ident(name)) = ahead.next() else { return None };
    *tokens = ahead;
    Some(name.to_string())
}

/// Returns the module of a file: `db/tx.rs` is `db::tx`.
fn module_of(file: &Path) -> ModulePath {
    let is_root = ["lib.rs", "main.rs"].iter().any(|root| file == Path::new(root));
    let path = file.with_extension("");
    let names = path.iter().map(|name| name.to_string_lossy().into_owned());
    if is_root { ModulePath::new() } else { names.collect() }
}
