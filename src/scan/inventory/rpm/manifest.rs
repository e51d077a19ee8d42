//! The list of packages of images that are made without rpm's database (Azure Linux, CBL-Mariner): what `rpm --query` printed when they were
//! made, a line a package, its fields between tabs.

use crate::scan::inventory::Unreadable;
use crate::scan::inventory::rpm::Described;

pub(super) fn packages<'a>(bytes: &'a [u8], each: &mut dyn FnMut(&Described<'a>) -> Result<(), Unreadable>) -> Result<(), Unreadable> {
    let text = core::str::from_utf8(bytes).map_err(|_| Unreadable::Invalid { what: "the list", expected: "UTF-8" })?;
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.is_empty()) {
        let refused = |expected| Unreadable::Line { line: index + 1, expected };
        // Name, version with release, two times, vendor, epoch, size, architecture, epoch as a number, source.
        let fields: Vec<&str> = line.split('\t').collect();
        let &[name, version, _, _, vendor, _, _, architecture, epoch, source] = fields.as_slice() else {
            return Err(refused("ten fields between tabs"));
        };
        let (version, release) = version.rsplit_once('-').ok_or(refused("a package with version and release"))?;
        if name.is_empty() || version.is_empty() || release.is_empty() {
            return Err(refused("a package with name, version and release"));
        }
        // rpm prints `(none)` for what there is not.
        let said = |field: &'a str| Some(field).filter(|field| !field.is_empty() && *field != "(none)");
        let epoch = said(epoch).map(str::parse).transpose().map_err(|_| refused("a package whose epoch is a number"))?;
        let (vendor, architecture, source) = (said(vendor), said(architecture), said(source));
        each(&Described { name, version, release, epoch, vendor, architecture, source })?;
    }
    Ok(())
}
