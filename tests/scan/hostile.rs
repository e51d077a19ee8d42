//! Every reader of bytes, before what is cut short at every length and changed at every byte: there is an answer, it is the same twice, and it
//! can be shown.

use std::fs;
use std::process::Command;

use pullproof::scan::inventory::Inventory;
use pullproof::scan::inventory::purl::PackageUrl;
use pullproof::scan::inventory::sbom;

use crate::go;
use crate::rpm;
use crate::support;

/// Reads it, and says everything that there is to say.
fn answered(files: &[(&str, &[u8])]) -> Inventory {
    let tree = support::tree(files);
    let inventory = Inventory::of(&tree);
    assert_eq!(Inventory::of(&tree), inventory);
    let reasons = inventory.databases.iter().filter_map(|database| database.packages.as_ref().err()).map(ToString::to_string);
    for sentence in reasons.chain(inventory.notes.iter().map(ToString::to_string)) {
        assert!(!sentence.is_empty() && !sentence.contains(char::is_control), "{sentence:?}");
    }
    inventory
}

/// Cuts and changes what is at `path`, beside other files.
fn tried(path: &str, bytes: &[u8], beside: &[(&str, &[u8])]) {
    let read = |bytes: &[u8]| answered(&[&[(path, bytes)], beside].concat());
    read(bytes);
    for length in 0..bytes.len() {
        read(&bytes[..length]);
    }
    for at in 0..bytes.len() {
        for change in [0x01, 0x80, 0xff] {
            let mut changed = bytes.to_vec();
            changed[at] ^= change;
            read(&changed);
        }
    }
}

#[test]
fn texts() {
    tried("etc/os-release", b"# a\nID=debian\nNAME=\"a \\\"b\\\"\"\nVERSION_ID='12'\n", &[]);
    tried(
        "var/lib/dpkg/status",
        b"Package: a\nStatus: install ok installed\nVersion: 1:2-3\nSource: b (4)\nDescription: c\n d\n\nPackage: e\nVersion: 5\n",
        &[],
    );
    tried(
        "var/lib/dpkg/info/a.list",
        b"/.\n/app/a.dist-info/METADATA\n",
        &[("var/lib/dpkg/status", b"Package: a\nVersion: 1\n"), ("app/a.dist-info/METADATA", b"Name: a\nVersion: 1\n")],
    );
    tried(
        "lib/apk/db/installed",
        b"C:Q1=\nP:a\nV:1-r0\nA:x86_64\no:b\nF:app/a.dist-info\nR:METADATA\n\n",
        &[("app/a.dist-info/METADATA", b"Name: a\nVersion: 1\n")],
    );
    tried("a.dist-info/METADATA", b"Metadata-Version: 2.1\nName: A.b\nVersion: 1.0\n\ntext", &[]);
    tried("node_modules/a/package.json", br#"{"name":"a","version":"1.0.0","private":false,"x":[1,{"y":null}]}"#, &[]);
}

#[test]
fn programs() {
    tried(go::PROGRAM, &go::information("go1.22.3", "path\ta\nmod\ta\t(devel)\ndep\tb\tv1.0.0\th1:x=\n=>\tc\tv2.0.0\th1:y=\n"), &[]);
}

#[test]
fn headers_in_rpms_own_database() {
    let folders = b"/usr/\0/app/a.dist-info/\0";
    let header = rpm::header(&[
        (1000, 6, 1, b"a\0"),
        (1001, 6, 1, b"1\0"),
        (1002, 6, 1, b"2\0"),
        (1003, 4, 1, &[0, 0, 0, 1]),
        (1044, 6, 1, b"a-1-2.src.rpm\0"),
        (1116, 4, 2, &[0, 0, 0, 0, 0, 0, 0, 1]),
        (1117, 8, 2, b"x\0METADATA\0"),
        (1118, 8, 2, folders),
    ]);
    let metadata: (&str, &[u8]) = ("app/a.dist-info/METADATA", b"Name: a\nVersion: 1\n");
    let whole = rpm::ndb(core::slice::from_ref(&header));
    // The slots, which are nearly all the same, once and for all; the header with a checksum that holds, so that it is read.
    for at in 0..128 {
        let mut changed = whole.clone();
        changed[at] ^= 0xff;
        answered(&[(rpm::NDB, &changed), metadata]);
    }
    for at in 0..header.len() {
        for change in [0x01, 0x80, 0xff] {
            let mut changed = header.clone();
            changed[at] ^= change;
            answered(&[(rpm::NDB, &rpm::ndb(&[changed])), metadata]);
        }
        answered(&[(rpm::NDB, &rpm::ndb(&[header[..at].to_vec()])), metadata]);
    }
    for at in 4096..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 0x80;
        answered(&[(rpm::NDB, &changed), metadata]);
        answered(&[(rpm::NDB, &whole[..at]), metadata]);
    }
}

#[test]
fn sqlite_and_its_log() {
    let Some(python) = support::program("python3") else { return };
    let folder = support::folder("hostile");
    let file = folder.join("small");
    let header = |length: usize| -> String {
        let filling = [vec![b'x'; length], vec![0]].concat();
        rpm::hex(&rpm::header(&[(1000, 6, 1, b"a\0"), (1001, 6, 1, b"1\0"), (1002, 6, 1, b"2\0"), (1004, 6, 1, &filling)]))
    };
    // As small as it gets: pages of 512 bytes, a row in several of them, an inner page, and a log of the last transaction.
    let script = "import shutil, sqlite3, sys\n\
        file, *rows = sys.argv[1:]\n\
        connection = sqlite3.connect(file)\n\
        connection.execute('pragma page_size = 512')\n\
        connection.execute('pragma journal_mode = wal')\n\
        connection.execute('pragma wal_autocheckpoint = 0')\n\
        connection.execute('create table Packages(hnum integer primary key autoincrement, blob blob not null)')\n\
        for row in rows[1:]: connection.execute('insert into Packages(blob) values (?)', (bytes.fromhex(row),))\n\
        connection.commit()\n\
        connection.execute('pragma wal_checkpoint(truncate)')\n\
        connection.execute('insert into Packages(blob) values (?)', (bytes.fromhex(rows[0]),))\n\
        connection.commit()\n\
        shutil.copy(file, file + '.main')\n\
        shutil.copy(file + '-wal', file + '.log')\n";
    support::output(Command::new(python).args(["-c", script]).arg(&file).args([
        header(9),
        header(700),
        header(100),
        header(100),
        header(200),
    ]));
    let (main, log) = (fs::read(folder.join("small.main")).unwrap(), fs::read(folder.join("small.log")).unwrap());
    let inventory = answered(&[(rpm::SQLITE, &main), (rpm::LOG, &log)]);
    assert_eq!(inventory.databases[0].packages, Ok(5));
    tried(rpm::SQLITE, &main, &[]);
    tried(rpm::LOG, &log, &[(rpm::SQLITE, &main)]);
}

#[test]
fn berkeley_db() {
    let Some(rpm::World { berkeley: Some(berkeley), .. }) = rpm::world() else { return };
    answered(&[(rpm::BERKELEY, berkeley)]);
    // The first page, and of every other page its header and the beginning of what it points to.
    let of_pages = (1..berkeley.len() / 4096).flat_map(|page| (0..64).chain(4064..4096).map(move |at| page * 4096 + at));
    for at in (0..128).chain(of_pages) {
        let mut changed = berkeley.clone();
        changed[at] ^= 0xff;
        answered(&[(rpm::BERKELEY, &changed)]);
    }
}

#[test]
fn lists_and_package_urls() {
    let lists = [
        &br#"{"spdxVersion":"SPDX-2.3","packages":[{"externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:deb/debian/a@1?upstream=b%402&distro=debian-12"}]}]}"#[..],
        br#"{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"type":"library","purl":"pkg:rpm/a@1-1?epoch=1","components":[],"properties":[{"name":"aquasecurity:trivy:SrcName","value":"b"}]}]}"#,
    ];
    for list in lists {
        assert_eq!(sbom::read(list, "list").unwrap().packages.len(), 1);
        for at in 0..list.len() {
            let mut changed = list.to_vec();
            changed[at] ^= 0x01;
            for bytes in [&list[..at], &changed] {
                if let Err(why) = sbom::read(bytes, "list") {
                    assert!(!why.to_string().contains(char::is_control), "{why:?}");
                }
            }
        }
    }
    let url = "pkg:deb/debian/a%40b@1%3A2-3?arch=amd64&upstream=c%404&distro=debian-12#d/e";
    for at in 0..url.len() {
        for (from, to) in [(at, at), (at, at + 1)] {
            for inserted in ["", "%", "@", "/", "?", "&", "=", "#", ":", "\u{0}", "ä"] {
                let changed = format!("{}{inserted}{}", &url[..from], &url[to..]);
                match PackageUrl::parse(&changed) {
                    Ok(url) => {
                        let _ = (url.package("list", 0), url.distribution());
                    }
                    Err(why) => assert!(!why.to_string().contains(char::is_control), "{why:?}"),
                }
            }
        }
    }
}
