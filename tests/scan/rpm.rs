//! What rpm says is installed: databases that the real rpm and the real Berkeley DB made, and what an attacker would make of them.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use pullproof::scan::inventory::Coverage;
use pullproof::scan::inventory::Inventory;
use pullproof::scan::inventory::Note;
use pullproof::scan::inventory::Unreadable;
use pullproof::scan::package::Kind;

use crate::support;
use crate::support::packages;
use crate::support::unreadable;

pub(crate) const SQLITE: &str = "var/lib/rpm/rpmdb.sqlite";
pub(crate) const LOG: &str = "var/lib/rpm/rpmdb.sqlite-wal";
const JOURNAL: &str = "var/lib/rpm/rpmdb.sqlite-journal";
pub(crate) const BERKELEY: &str = "var/lib/rpm/Packages";
const MANIFEST: &str = "var/lib/rpmmanifest/container-manifest-2";
pub(crate) const NDB: &str = "usr/lib/sysimage/rpm/Packages.db";

/// Python packages in packages of the distribution, one of which has so many files that its header takes many pages.
const SPECIFICATION: &str = r#"
Name: maker
Epoch: 2
Version: 1.5
Release: 3.el9
Summary: made
License: none
Vendor: Somebody
BuildArch: noarch
%description
made
%package -n maker-part
Summary: part
Epoch: 2
%description -n maker-part
part
%package -n plain
Epoch: 0
Version: 4.2~rc1
Release: 1^git
Summary: plain
%description -n plain
plain
%install
mkdir -p %{buildroot}/usr/lib/python3.9/site-packages/Maker-1.5.dist-info %{buildroot}/usr/share/many
echo "Name: Maker" > %{buildroot}/usr/lib/python3.9/site-packages/Maker-1.5.dist-info/METADATA
for number in $(seq 300); do echo > %{buildroot}/usr/share/many/a-file-with-a-name-of-some-length-$number; done
%files
/usr/lib/python3.9
%files -n maker-part
/usr/share/many
%files -n plain
"#;

pub(crate) const EXPECTED: [&str; 3] =
    ["maker 2:1.5-3.el9 ← maker 2:1.5-3.el9", "maker-part 2:1.5-3.el9 ← maker 2:1.5-3.el9", "plain 4.2~rc1-1^git ← maker 1.5-3.el9"];

/// What the real tools made.
pub(crate) struct World {
    /// Two packages are in the database, the third only in its log.
    pub(crate) main: Vec<u8>,
    pub(crate) log: Vec<u8>,
    /// All of them, and no log.
    pub(crate) whole: Vec<u8>,
    /// The same in Berkeley DB, if its tools are there.
    pub(crate) berkeley: Option<Vec<u8>>,
    /// The headers by themselves.
    pub(crate) headers: Vec<Vec<u8>>,
    /// What rpm itself lists.
    listed: Vec<String>,
}

/// Made once for all tests; `None` without rpm.
pub(crate) fn world() -> Option<&'static World> {
    static WORLD: OnceLock<Option<World>> = OnceLock::new();
    WORLD.get_or_init(make).as_ref()
}

fn rpm(database: &Path) -> Command {
    let mut command = Command::new("rpm");
    command.arg("--dbpath").arg(database);
    command
}

/// As rpm shows them: an epoch that is zero is shown, and one that is none is not.
fn list(command: &mut Command) -> Vec<String> {
    let mut listed: Vec<String> = support::text(command.args(["-qa", "--qf", "%{NAME}\t%{EPOCHNUM}:%{VERSION}-%{RELEASE}\t%{ARCH}\n"]))
        .lines()
        .map(|line| line.replace("\t0:", "\t"))
        .collect();
    listed.sort();
    listed
}

fn make() -> Option<World> {
    for name in ["rpm", "rpmbuild", "python3"] {
        support::program(name)?;
    }
    let folder = support::folder("rpm");
    fs::write(folder.join("maker.spec"), SPECIFICATION).unwrap();
    support::output(
        Command::new("rpmbuild").arg("-bb").arg("--define").arg(format!("_topdir {}", folder.display())).arg(folder.join("maker.spec")),
    );
    let built = |name: &str| -> PathBuf { folder.join("RPMS/noarch").join(name) };
    let (database, copy) = (folder.join("database"), folder.join("copy"));
    fs::create_dir_all(&database).unwrap();
    fs::create_dir_all(&copy).unwrap();
    let install = ["-i", "--justdb", "--nodeps", "--nosignature"];
    support::output(rpm(&database).args(install).args([built("maker-1.5-3.el9.noarch.rpm"), built("plain-4.2~rc1-1^git.noarch.rpm")]));
    // Whoever reads keeps the last writer from putting the database in order, as would a build that is killed. rpm waits for the end of the
    // reading, and what it has written is in the log all the while.
    let reader = "import shutil, sqlite3, subprocess, sys, time\n\
        database, copy, *command = sys.argv[1:]\n\
        count = 'select count(*) from Packages'\n\
        reader = sqlite3.connect(database, isolation_level=None)\n\
        reader.execute('begin')\n\
        reader.execute(count).fetchone()\n\
        writer = subprocess.Popen(command)\n\
        while writer.poll() is None and sqlite3.connect(database).execute(count).fetchone()[0] < 3: time.sleep(0.01)\n\
        shutil.copy(database, copy)\n\
        shutil.copy(database + '-wal', copy)\n\
        reader.execute('rollback')\n\
        sys.exit(writer.wait())\n";
    let mut command = Command::new("python3");
    command.args(["-c", reader]).arg(database.join("rpmdb.sqlite")).arg(&copy).args(["rpm", "--dbpath"]).arg(&database);
    support::output(command.args(install).arg(built("maker-part-1.5-3.el9.noarch.rpm")));
    let listed = list(&mut rpm(&database));
    // Nobody reads any more: this puts the database in order.
    support::output(
        Command::new("python3")
            .args([
                "-c",
                "import sqlite3, sys\nconnection = sqlite3.connect(sys.argv[1])\nconnection.execute('pragma wal_checkpoint(truncate)')\n",
            ])
            .arg(database.join("rpmdb.sqlite")),
    );
    let dump = "import sqlite3, sys\nfor row in sqlite3.connect(sys.argv[1]).execute('select hnum, hex(blob) from Packages order by hnum'): print(*row)\n";
    let dumped = support::text(Command::new("python3").args(["-c", dump]).arg(database.join("rpmdb.sqlite")));
    let headers: Vec<(u32, &str)> =
        dumped.lines().map(|line| line.split_once(' ').unwrap()).map(|(number, blob)| (number.parse().unwrap(), blob)).collect();
    let read = |file: PathBuf| fs::read(file).unwrap();
    Some(World {
        main: read(copy.join("rpmdb.sqlite")),
        log: read(copy.join("rpmdb.sqlite-wal")),
        whole: read(database.join("rpmdb.sqlite")),
        berkeley: berkeley(&folder, &headers),
        headers: headers.iter().map(|(_, blob)| bytes(blob)).collect(),
        listed,
    })
}

fn bytes(hex: &str) -> Vec<u8> {
    hex.as_bytes().chunks(2).map(|pair| u8::from_str_radix(core::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

fn berkeley(folder: &Path, headers: &[(u32, &str)]) -> Option<Vec<u8>> {
    support::program("db5.3_load")?;
    let mut dump = "VERSION=3\nformat=bytevalue\ntype=hash\ndb_pagesize=4096\nHEADER=END\n".to_owned();
    // The number that the next package gets is kept under the key 0.
    writeln!(dump, " 00000000\n {}", hex(&4_u32.to_le_bytes())).unwrap();
    for (number, blob) in headers {
        writeln!(dump, " {}\n {}", hex(&number.to_le_bytes()), blob.to_lowercase()).unwrap();
    }
    dump.push_str("DATA=END\n");
    let database = folder.join("berkeley");
    fs::create_dir_all(&database).unwrap();
    fs::write(folder.join("dump"), dump).unwrap();
    support::output(Command::new("db5.3_load").arg("-f").arg(folder.join("dump")).arg(database.join("Packages")));
    Some(fs::read(database.join("Packages")).unwrap())
}

/// rpm's own database, as `lib/backend/ndb/rpmpkg.c` writes it.
pub(crate) fn ndb(headers: &[Vec<u8>]) -> Vec<u8> {
    let words = |words: &[u32]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>();
    let magic = |text: &[u8; 4]| u32::from_le_bytes(*text);
    let mut slots = words(&[magic(b"RpmP"), 0, 7, 1, 100, 0, 0, 0]);
    let mut blobs = Vec::new();
    // A slot that is free again stands in between.
    slots.extend(words(&[magic(b"Slot"), 0, 0, 0]));
    for (number, header) in headers.iter().enumerate() {
        let (number, length) = (u32::try_from(number).unwrap() + 1, u32::try_from(header.len()).unwrap());
        let mut blob = words(&[magic(b"BlbS"), number, 1_700_000_000, length]);
        blob.extend(header);
        while (blob.len() + 12) % 16 != 0 {
            blob.push(0);
        }
        let sum = adler32(&blob);
        blob.extend(words(&[sum, length, magic(b"BlbE")]));
        slots.extend(words(&[
            magic(b"Slot"),
            number,
            u32::try_from((4096 + blobs.len()) / 16).unwrap(),
            u32::try_from(blob.len() / 16).unwrap(),
        ]));
        blobs.extend(blob);
    }
    while slots.len() < 4096 {
        slots.extend(words(&[magic(b"Slot"), 0, 0, 0]));
    }
    [slots, blobs].concat()
}

fn adler32(bytes: &[u8]) -> u32 {
    let (mut first, mut second) = (1_u64, 0_u64);
    for byte in bytes {
        first = (first + u64::from(*byte)) % 65521;
        second = (second + first) % 65521;
    }
    u32::try_from(second << 16 | first).unwrap()
}

/// A header of these tags: 4 for a number, 6 for a string, 8 for strings.
pub(crate) fn header(tags: &[(u32, u32, u32, &[u8])]) -> Vec<u8> {
    let (mut entries, mut data) = (Vec::new(), Vec::new());
    for (tag, kind, count, value) in tags {
        while *kind == 4 && data.len() % 4 != 0 {
            data.push(0);
        }
        for number in [*tag, *kind, u32::try_from(data.len()).unwrap(), *count] {
            entries.extend(number.to_be_bytes());
        }
        data.extend_from_slice(value);
    }
    let mut header = u32::try_from(tags.len()).unwrap().to_be_bytes().to_vec();
    header.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
    [header, entries, data].concat()
}

const A: (u32, u32, u32, &[u8]) = (1000, 6, 1, b"a\0");
const ONE: (u32, u32, u32, &[u8]) = (1001, 6, 1, b"1\0");
const TWO: (u32, u32, u32, &[u8]) = (1002, 6, 1, b"2\0");

/// What a database with this one header is read as.
fn single(tags: &[(u32, u32, u32, &[u8])]) -> Inventory {
    support::inventory(&[(NDB, &ndb(&[header(tags)]))])
}

#[track_caller]
fn refused(tags: &[(u32, u32, u32, &[u8])], code: &str) {
    let why = unreadable(&[(NDB, &ndb(&[header(tags)]))]);
    assert_eq!(why.code(), code, "{why}");
}

#[test]
fn a_sqlite_database_has_the_packages_that_rpm_lists() {
    let Some(world) = world() else { return };
    let inventory = support::inventory(&[(SQLITE, &world.whole)]);
    assert_eq!(packages(&inventory), EXPECTED);
    let found: Vec<_> = inventory
        .packages
        .iter()
        .map(|package| format!("{}\t{}\t{}", package.name, package.version, package.architecture.as_deref().unwrap()))
        .collect();
    assert_eq!(found, world.listed);
    assert_eq!(inventory.coverage(), Coverage::Whole);
    assert!(inventory.packages.iter().all(|package| package.kind == Kind::Rpm));
}

#[test]
fn packages_that_are_only_in_the_log_are_there() {
    let Some(world) = world() else { return };
    let stale = support::inventory(&[(SQLITE, &world.main)]);
    assert_eq!(stale.packages.len(), 2, "without its log the database is old: this test would show nothing");
    let inventory = support::inventory(&[(SQLITE, &world.main), (LOG, &world.log)]);
    assert_eq!(packages(&inventory), EXPECTED);
}

#[test]
fn the_layer_of_the_log_is_that_of_the_database() {
    let Some(world) = world() else { return };
    let inventory = Inventory::of(&support::layered(&[(SQLITE, 1, &world.main), (LOG, 4, &world.log)]));
    assert_eq!(inventory.databases[0].layer, 4);
}

#[test]
fn an_empty_log_changes_nothing() {
    let Some(world) = world() else { return };
    assert_eq!(packages(&support::inventory(&[(SQLITE, &world.whole), (LOG, b"")])), EXPECTED);
}

/// Of a log that is cut behind every frame and within every frame, and of one with a byte of every frame changed, counts what SQLite counts: what
/// is behind the first frame that does not hold is left from an earlier log, and a transaction without its end is none. How many packages were found.
fn counted(name: &str, main: &[u8], log: &[u8], page_size: usize) -> BTreeSet<usize> {
    let folder = support::folder(name);
    let frame = 24 + page_size;
    let mut logs = vec![log.to_vec(), [log, &log[32..]].concat()];
    for number in 0..(log.len() - 32) / frame {
        let begin = 32 + number * frame;
        let mut changed = log.to_vec();
        changed[begin + 24 + page_size / 2] ^= 1;
        logs.extend([log[..begin].to_vec(), log[..begin + page_size / 4].to_vec(), changed]);
    }
    for (number, log) in logs.iter().enumerate() {
        fs::write(folder.join(format!("{number}")), main).unwrap();
        fs::write(folder.join(format!("{number}-wal")), log).unwrap();
    }
    let count = "import sqlite3, sys\n\
        for number in range(int(sys.argv[2])):\n \
        print(sqlite3.connect(sys.argv[1] + '/' + str(number)).execute('select count(*) from Packages').fetchone()[0])\n";
    let counted = support::text(Command::new("python3").args(["-c", count]).arg(&folder).arg(logs.len().to_string()));
    let counted: Vec<usize> = counted.lines().map(|line| line.parse().unwrap()).collect();
    let count = |log: &Vec<u8>| support::inventory(&[(SQLITE, main), (LOG, log)]).databases[0].packages.clone().unwrap();
    assert_eq!(logs.iter().map(count).collect::<Vec<_>>(), counted);
    counted.into_iter().collect()
}

#[test]
fn of_a_log_that_rpm_wrote_counts_what_sqlite_counts() {
    let Some(world) = world() else { return };
    assert_eq!(counted("rpm-log", &world.main, &world.log, 4096), BTreeSet::from([2, 3]));
}

#[test]
fn a_transaction_without_its_end_does_not_count() {
    let Some(python) = support::program("python3") else { return };
    let folder = support::folder("rpm-transactions");
    let file = folder.join("small");
    let filled = |length: usize| hex(&header(&[A, ONE, TWO, (1004, 6, 1, &[vec![b'x'; length], vec![0]].concat())]));
    // Three transactions, each of several pages, some of which the one before wrote, too.
    let script = "import shutil, sqlite3, sys\n\
        file, small, large = sys.argv[1:]\n\
        connection = sqlite3.connect(file)\n\
        connection.execute('pragma page_size = 512')\n\
        connection.execute('pragma journal_mode = wal')\n\
        connection.execute('pragma wal_autocheckpoint = 0')\n\
        connection.execute('create table Packages(hnum integer primary key autoincrement, blob blob not null)')\n\
        connection.commit()\n\
        connection.execute('pragma wal_checkpoint(truncate)')\n\
        for count in (1, 5, 3):\n \
        for _ in range(count): connection.execute('insert into Packages(blob) values (?), (?)', (bytes.fromhex(small), bytes.fromhex(large)))\n \
        connection.commit()\n\
        shutil.copy(file, file + '.main')\n\
        shutil.copy(file + '-wal', file + '.log')\n";
    support::output(Command::new(python).args(["-c", script]).arg(&file).args([filled(60), filled(1500)]));
    let (main, log) = (fs::read(folder.join("small.main")).unwrap(), fs::read(folder.join("small.log")).unwrap());
    assert_eq!(counted("rpm-transactions-cut", &main, &log, 512), BTreeSet::from([0, 2, 12, 18]));
}

#[test]
fn frames_with_other_salts_do_not_count() {
    let Some(world) = world() else { return };
    let mut log = world.log.clone();
    log[32 + 8] ^= 1;
    assert_eq!(support::inventory(&[(SQLITE, &world.main), (LOG, &log)]).packages.len(), 2);
}

#[test]
fn a_log_whose_header_does_not_hold_makes_the_database_unreadable() {
    let Some(world) = world() else { return };
    for (at, code) in
        [(0, "database-invalid"), (5, "format-unsupported"), (10, "database-invalid"), (16, "checksum-mismatch"), (31, "checksum-mismatch")]
    {
        let mut log = world.log.clone();
        log[at] ^= 0x40;
        let why = unreadable(&[(SQLITE, &world.main), (LOG, &log)]);
        assert_eq!(why.code(), code, "{at}: {why}");
    }
    assert_eq!(unreadable(&[(SQLITE, &world.main), (LOG, &world.log[..31])]).code(), "database-truncated");
}

#[test]
fn a_log_without_its_database_is_no_empty_database() {
    let Some(world) = world() else { return };
    assert_eq!(unreadable(&[(LOG, &world.log)]).code(), "database-truncated");
    assert_eq!(unreadable(&[(SQLITE, b""), (LOG, &world.log)]).code(), "database-invalid");
}

#[test]
fn a_journal_that_would_undo_something_makes_the_database_unreadable() {
    let Some(world) = world() else { return };
    let hot = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7\0\0\0\x01";
    assert_eq!(unreadable(&[(SQLITE, &world.whole), (JOURNAL, hot)]), Unreadable::Transaction);
    assert_eq!(packages(&support::inventory(&[(SQLITE, &world.whole), (JOURNAL, &[0; 512])])), EXPECTED);
}

#[test]
fn a_sqlite_database_that_is_cut_short_is_unreadable() {
    let Some(world) = world() else { return };
    for length in (0..world.whole.len()).step_by(509) {
        unreadable(&[(SQLITE, &world.whole[..length])]);
    }
}

#[test]
fn a_sqlite_database_without_packages_is_empty_and_one_without_the_table_is_unreadable() {
    let (Some(_), Some(_)) = (support::program("rpm"), support::program("python3")) else { return };
    let folder = support::folder("rpm-empty");
    support::output(rpm(&folder).arg("--initdb"));
    let inventory = support::inventory(&[(SQLITE, &fs::read(folder.join("rpmdb.sqlite")).unwrap())]);
    assert_eq!((inventory.databases[0].packages.clone(), inventory.coverage()), (Ok(0), Coverage::Empty));
    let other = "import sqlite3, sys\nconnection = sqlite3.connect(sys.argv[1])\nconnection.execute('create table Other(a)')\nconnection.commit()\n";
    support::output(Command::new("python3").args(["-c", other]).arg(folder.join("other.sqlite")));
    assert_eq!(unreadable(&[(SQLITE, &fs::read(folder.join("other.sqlite")).unwrap())]).code(), "database-invalid");
}

#[test]
fn a_sqlite_database_of_many_pages_and_every_size_of_page_is_read() {
    let Some(_) = support::program("python3") else { return };
    let folder = support::folder("rpm-pages");
    // Headers of a size below and above what fits a page, and of many pages.
    let small = header(&[A, ONE, TWO]);
    let rows: Vec<String> = (0..900_usize)
        .map(|number| {
            let name = format!("n{number:03}\0");
            let padding = vec![b'x'; number * 7 % 3001];
            hex(&header(&[(1000, 6, 1, name.as_bytes()), ONE, TWO, (1004, 6, 1, &[padding, vec![0]].concat())]))
        })
        .chain([hex(&small)])
        .collect();
    fs::write(folder.join("rows"), rows.join("\n")).unwrap();
    let script = "import sqlite3, sys\n\
        connection = sqlite3.connect(sys.argv[1])\n\
        connection.execute('pragma page_size = ' + sys.argv[3])\n\
        connection.execute('create table Name(key, hnum)')\n\
        connection.execute('create table Packages(hnum integer primary key autoincrement, blob blob not null)')\n\
        for line in open(sys.argv[2]): connection.execute('insert into Packages(blob) values (?)', (bytes.fromhex(line.strip()),))\n\
        connection.execute('delete from Packages where hnum % 3 = 0')\n\
        connection.commit()\n";
    for page_size in ["512", "1024", "4096", "32768", "65536"] {
        let file = folder.join(page_size);
        support::output(Command::new("python3").args(["-c", script]).arg(&file).arg(folder.join("rows")).arg(page_size));
        let inventory = support::inventory(&[(SQLITE, &fs::read(file).unwrap())]);
        let expected = (1..=901).filter(|number| number % 3 != 0).count();
        assert_eq!((inventory.databases[0].packages.clone(), inventory.packages.len()), (Ok(expected), expected), "{page_size}");
    }
}

#[test]
fn a_page_that_is_used_twice_makes_the_database_unreadable() {
    let Some(world) = world() else { return };
    // An inner page that has itself as a child, in place of the table's first.
    let mut main = world.whole.clone();
    main[100] = 5;
    main[108..112].copy_from_slice(&1_u32.to_be_bytes());
    assert_eq!(unreadable(&[(SQLITE, &main)]).code(), "database-invalid");
}

#[test]
fn a_berkeley_database_has_the_packages_that_rpm_lists() {
    let Some(World { berkeley: Some(berkeley), listed, .. }) = world() else { return };
    let inventory = support::inventory(&[(BERKELEY, berkeley)]);
    assert_eq!(packages(&inventory), EXPECTED);
    // rpm reads it, too, so that this is one of its databases and not only one of ours.
    let folder = support::folder("rpm-berkeley");
    fs::write(folder.join("Packages"), berkeley).unwrap();
    assert_eq!(list(rpm(&folder).args(["--define", "_db_backend bdb_ro"])), *listed);
}

#[test]
fn a_berkeley_database_with_headers_that_fit_a_page_is_read() {
    let Some(_) = support::program("db5.3_load") else { return };
    let headers: Vec<(u32, String)> =
        (1..400).map(|number: u32| (number, hex(&header(&[(1000, 6, 1, format!("n{number:03}\0").as_bytes()), ONE, TWO])))).collect();
    let headers: Vec<(u32, &str)> = headers.iter().map(|(number, blob)| (*number, blob.as_str())).collect();
    let database = berkeley(&support::folder("rpm-small"), &headers).unwrap();
    assert_eq!(support::inventory(&[(BERKELEY, &database)]).databases[0].packages, Ok(399));
}

#[test]
fn a_berkeley_database_that_is_cut_short_is_unreadable() {
    let Some(World { berkeley: Some(berkeley), .. }) = world() else { return };
    for length in (0..berkeley.len()).step_by(511) {
        unreadable(&[(BERKELEY, &berkeley[..length])]);
    }
}

#[test]
fn a_berkeley_database_of_another_kind_is_unreadable() {
    let Some(World { berkeley: Some(berkeley), .. }) = world() else { return };
    for (at, value, code) in [
        (12, 0, "database-invalid"),
        (16, 99, "format-unsupported"),
        (20, 1, "database-invalid"),
        (24, 1, "format-unsupported"),
        (25, 9, "format-unsupported"),
    ] {
        let mut changed = berkeley.clone();
        changed[at] = value;
        let why = unreadable(&[(BERKELEY, &changed)]);
        assert_eq!(why.code(), code, "{at}: {why}");
    }
}

#[test]
fn rpms_own_database_has_the_same_packages() {
    let Some(world) = world() else { return };
    assert_eq!(packages(&support::inventory(&[(NDB, &ndb(&world.headers))])), EXPECTED);
}

#[test]
fn rpms_own_database_is_unreadable_where_anything_in_it_does_not_hold() {
    let database = ndb(&[header(&[A, ONE, TWO])]);
    assert_eq!(packages(&support::inventory(&[(NDB, &database)])), ["a 1-2"]);
    let cases = [
        (0, "database-invalid"),     // the magic number
        (4, "format-unsupported"),   // the version
        (12, "database-invalid"),    // the number of slots
        (32, "database-invalid"),    // a slot
        (56, "database-truncated"),  // where the blob is
        (60, "database-invalid"),    // how long it is
        (4096, "database-invalid"),  // its head
        (4100, "database-invalid"),  // whose it is
        (4112, "checksum-mismatch"), // what is in it
    ];
    for (at, code) in cases {
        let mut changed = database.clone();
        changed[at] ^= 0x03;
        let why = unreadable(&[(NDB, &changed)]);
        assert!(why.code() == code || (at == 12 && why.code() == "database-truncated"), "{at}: {} {why}", why.code());
    }
    for length in 0..database.len() {
        unreadable(&[(NDB, &database[..length])]);
    }
}

#[test]
fn blobs_that_lie_in_one_another_are_refused() {
    let mut database = ndb(&[header(&[A, ONE, TWO]), header(&[A, ONE, TWO])]);
    // The second slot says what the first one says.
    let (first, second) = (48..64, 64..80);
    database.copy_within(first, second.start);
    assert_eq!(support::inventory(&[(NDB, &database)]).databases[0].packages, Ok(2), "twice the same is no longer than the file");
    database.copy_within(48..64, 80);
    assert_eq!(unreadable(&[(NDB, &database)]).code(), "database-invalid");
}

#[test]
fn an_epoch_of_zero_is_none() {
    assert_eq!(packages(&single(&[A, ONE, TWO, (1003, 4, 1, &[0; 4])])), ["a 1-2"]);
    assert_eq!(packages(&single(&[A, ONE, TWO, (1003, 4, 1, &[0, 0, 1, 0])])), ["a 256:1-2"]);
}

#[test]
fn a_source_is_name_version_and_release() {
    let source = |file: &[u8]| packages(&single(&[A, ONE, TWO, (1044, 6, 1, file)]));
    assert_eq!(source(b"a-b-1.0-2.fc40.src.rpm\0"), ["a 1-2 ← a-b 1.0-2.fc40"]);
    assert_eq!(source(b"a-1-2.nosrc.rpm\0"), ["a 1-2 ← a 1-2"]);
    for none in [&b"(none)\0"[..], b"a-1.src.rpm\0", b"-1-2.src.rpm\0", b"a-1-2.rpm\0"] {
        assert_eq!(source(none), ["a 1-2"]);
    }
}

#[test]
fn keys_that_rpm_trusts_are_no_packages() {
    assert_eq!(packages(&single(&[(1000, 6, 1, b"gpg-pubkey\0"), ONE, TWO])), [""; 0]);
}

#[test]
fn a_header_without_name_version_or_release_makes_the_database_unreadable() {
    for tags in [[ONE, TWO], [A, TWO], [A, ONE]] {
        refused(&tags, "database-invalid");
    }
    refused(&[(1000, 6, 1, b"\0"), ONE, TWO], "database-invalid");
}

#[test]
fn a_header_with_a_tag_twice_makes_the_database_unreadable() {
    refused(&[A, ONE, TWO, (1001, 6, 1, b"9\0")], "database-invalid");
}

#[test]
fn a_header_with_a_tag_of_another_type_makes_the_database_unreadable() {
    refused(&[(1000, 4, 1, &[0; 4]), ONE, TWO], "database-invalid");
    refused(&[A, ONE, TWO, (1003, 6, 1, b"1\0")], "database-invalid");
}

#[test]
fn a_header_whose_data_end_too_early_makes_the_database_unreadable() {
    refused(&[A, ONE, (1002, 6, 1, b"2")], "database-truncated");
    refused(&[A, ONE, TWO, (1003, 4, 1, &[0; 3])], "database-truncated");
    refused(&[A, ONE, TWO, (1003, 4, u32::MAX, &[0; 4])], "database-truncated");
}

#[test]
fn a_header_of_too_many_entries_makes_the_database_unreadable() {
    let mut header = header(&[A, ONE, TWO]);
    header[1] = 1;
    let why = unreadable(&[(NDB, &ndb(&[header]))]);
    assert_eq!(why.to_string(), "expected at most 65535 entries of a header, found more");
}

#[test]
fn a_python_package_of_a_package_of_rpms_is_counted_once() {
    let Some(world) = world() else { return };
    let metadata = "usr/lib/python3.9/site-packages/Maker-1.5.dist-info/METADATA";
    let inventory = support::inventory(&[(SQLITE, &world.whole), (metadata, b"Name: Maker\nVersion: 1.5\n")]);
    assert_eq!(packages(&inventory), EXPECTED);
    assert_eq!(inventory.notes, [Note::Owned { kind: Kind::Python, count: 1 }]);
}

#[test]
fn both_databases_of_one_image_are_read() {
    let inventory = support::inventory(&[(NDB, &ndb(&[header(&[A, ONE, TWO])])), (BERKELEY, b"no database")]);
    assert_eq!(packages(&inventory), ["a 1-2"]);
    assert_eq!(inventory.coverage(), Coverage::Partial);
}

/// What Azure Linux's images have in place of a database (its manual, "Distroless images").
const QUERY: &str = "%{NAME}\\t%{VERSION}-%{RELEASE}\\t%{INSTALLTIME}\\t%{BUILDTIME}\\t%{VENDOR}\\t%{EPOCH}\\t%{SIZE}\\t%{ARCH}\\t%{EPOCHNUM}\\t%{SOURCERPM}\\n";

#[test]
fn the_list_of_an_image_without_a_database_has_the_packages_that_rpm_lists() {
    let Some(world) = world() else { return };
    let folder = support::folder("rpm-manifest");
    fs::write(folder.join("rpmdb.sqlite"), &world.whole).unwrap();
    let list = support::output(rpm(&folder).args(["-qa", "--qf", QUERY]));
    let inventory = support::inventory(&[(MANIFEST, &list)]);
    assert_eq!(packages(&inventory), EXPECTED);
    assert_eq!(inventory.databases[0].packages, Ok(3));
}

#[test]
fn a_list_with_a_line_that_is_no_package_is_unreadable() {
    let good = "a\t1-2\t0\t0\tMicrosoft Corporation\t(none)\t0\tx86_64\t0\ta-1-2.src.rpm\n";
    assert_eq!(packages(&support::inventory(&[(MANIFEST, good.as_bytes())])), ["a 1-2 ← a 1-2"]);
    for line in [
        "a",
        "\t1-2\t0\t0\tV\t(none)\t0\tx\t0\ts",
        "a\t1\t0\t0\tV\t(none)\t0\tx\t0\ts",
        "a\t1-\t0\t0\tV\t(none)\t0\tx\t0\ts",
        "a\t1-2\t0\t0\tV\t(none)\t0\tx\tone\ts",
        "a\t1-2\t0\t0\tV\t(none)\t0\tx\t0\ts\tmore",
    ] {
        let why = unreadable(&[(MANIFEST, format!("{good}{line}\n").as_bytes())]);
        assert!(matches!(why, Unreadable::Line { line: 2, .. }), "{line:?}: {why}");
    }
}

/// A database of packages, each with its vendor, of which `epel` has a Python package in it; and who is said to be foreign.
fn foreign(vendors: &[(&str, &str)]) -> Vec<String> {
    let zero = |text: &str| [text.as_bytes(), b"\0"].concat();
    let headers: Vec<_> = vendors
        .iter()
        .map(|(name, vendor)| {
            header(&[
                (1000, 6, 1, &zero(name)),
                ONE,
                TWO,
                (1011, 6, 1, &zero(vendor)),
                (1116, 4, 1, &[0; 4]),
                (1117, 8, 1, &zero(if *name == "epel" { "METADATA" } else { "x" })),
                (1118, 8, 1, b"/a/e.dist-info/\0"),
            ])
        })
        .collect();
    let inventory = support::inventory(&[(NDB, &ndb(&headers)), ("a/e.dist-info/METADATA", b"Name: e\nVersion: 1\n")]);
    let is_foreign = inventory.packages.iter().filter(|package| inventory.is_foreign(package));
    let owned = inventory.packages.iter().all(|package| package.kind == Kind::Rpm);
    is_foreign.map(|package| package.name.clone()).chain(owned.then(|| "owned".to_owned())).collect()
}

#[test]
fn packages_of_another_vendor_are_not_the_distributions_and_own_nothing() {
    assert_eq!(foreign(&[("bash", "Red Hat, Inc."), ("epel", "Fedora Project"), ("zlib", "Red Hat, Inc.")]), ["epel"]);
    assert_eq!(foreign(&[("bash", "Red Hat, Inc."), ("epel", "Red Hat, Inc.")]), ["owned"]);
}

#[test]
fn one_distribution_may_have_two_names_for_its_maker() {
    assert_eq!(foreign(&[("bash", "Rocky"), ("epel", "Rocky Enterprise Software Foundation")]), ["owned"]);
    assert_eq!(foreign(&[("bash", "SUSE LLC <https://www.suse.com/>"), ("epel", "openSUSE")]), ["owned"]);
}

#[test]
fn where_it_is_not_known_who_made_the_distribution_no_package_is_foreign() {
    assert_eq!(foreign(&[("a", "Somebody"), ("epel", "Fedora Project")]), ["owned"]);
    assert_eq!(foreign(&[("bash", ""), ("epel", "Fedora Project")]), ["owned"]);
    assert_eq!(foreign(&[("bash", "Red Hat, Inc."), ("epel", "")]), ["owned"]);
}
