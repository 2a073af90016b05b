//! The servers of databases: got, started on loopback with a folder of their own, and the tests
//! run against them.
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;

use crate::mocks::run_tests;
use crate::programs::{find, find_or_install, install, run as run_program};
use crate::steps::Outcome;

/// Tell the tests where the servers are.
const POSTGRES_VARIABLE: &str = "ASIDE_TEST_POSTGRES";
const MYSQL_VARIABLE: &str = "ASIDE_TEST_MYSQL";

/// The tests that talk to them, as cargo is asked for them.
const TESTS: &[&str] = &["test", "--package", "aside-database", "--test", "servers"];

/// How long a server may take to start.
const START: Duration = Duration::from_secs(60);
/// Between two looks whether it has.
const LOOK: Duration = Duration::from_millis(100);
/// How many ports are tried for a server.
const PORTS: usize = 3;
/// The user and the password of both; the `@` is there to be written otherwise in a URL.
const USER: &str = "aside";
const PASSWORD: &str = "not-a-s@cret";
const PASSWORD_IN_URL: &str = "not-a-s%40cret";

/// Gets and starts the servers, runs the tests, and stops them.
pub(crate) fn run() -> Outcome {
    match start() {
        Ok(servers) => {
            let postgres = Path::new(&servers.postgres.url);
            let mysql = Path::new(&servers.mysql.url);
            let variables = [(POSTGRES_VARIABLE, postgres), (MYSQL_VARIABLE, mysql)];
            run_tests(TESTS, &variables).into()
        }
        Err(error) => Outcome::NotRun(format!("{error:#}")),
    }
}

/// Both servers. In this order they are stopped, and their folder deleted.
struct Servers {
    postgres: Postgres,
    mysql: MySql,
    _folder: Folder,
}

/// A folder that is deleted in the end. Not below `target`: the servers run as users of their
/// own, who may not be let in there.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

struct Postgres {
    url: String,
    control: PathBuf,
    data: PathBuf,
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let mut stop = as_user("postgres", &self.control);
        stop.arg("stop").args(["-m", "immediate", "-D"]);
        let _ = run_program(stop.arg(&self.data));
    }
}

struct MySql {
    url: String,
    server: Child,
}

impl Drop for MySql {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn start() -> anyhow::Result<Servers> {
    let folder = std::env::temp_dir().join(format!("aside-databases-{}", std::process::id()));
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot create {}", folder.display()))?;
    let folder = Folder(folder);
    Ok(Servers {
        postgres: postgres(&folder.0)?,
        mysql: mysql(&folder.0)?,
        _folder: folder,
    })
}

/// Neither server runs as root; their packages bring users for that.
fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|id| id.stdout == b"0\n")
}

fn as_user(user: &str, program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    // It becomes the program, so that ending the one ends the other.
    let mut command = Command::new("setpriv");
    command.args(["--reuid", user, "--regid", user, "--init-groups"]);
    command.arg(program);
    command
}

/// Starts a server at a port that nobody listens on. Another may take the port before the server
/// has it: then another one is tried.
fn at_free_port<T>(start: impl Fn(u16) -> anyhow::Result<T>) -> anyhow::Result<T> {
    let free = || anyhow::Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port());
    for _ in 1..PORTS {
        match start(free()?) {
            Ok(started) => return Ok(started),
            Err(error) => println!("{error:#}; once more at another port"),
        }
    }
    start(free()?)
}

/// A new folder of that user.
fn owned(folder: PathBuf, user: &str) -> anyhow::Result<PathBuf> {
    std::fs::create_dir(&folder)?;
    if is_root() {
        run_program(Command::new("chown").arg(user).arg(&folder))?;
    }
    Ok(folder)
}

fn postgres(folder: &Path) -> anyhow::Result<Postgres> {
    let programs = match postgres_programs() {
        Some(programs) => programs,
        None => {
            install("postgresql")?;
            postgres_programs().context("postgresql has no initdb")?
        }
    };
    let home = owned(folder.join("postgres"), "postgres")?;
    let data = home.join("data");
    let password = folder.join("password");
    std::fs::write(&password, PASSWORD)?;
    let mut init = as_user("postgres", &programs.join("initdb"));
    init.args(["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"]);
    init.args(["--no-sync", "--username", USER, "--pwfile"]);
    run_program(init.arg(&password).arg("--pgdata").arg(&data))?;
    let control = programs.join("pg_ctl");
    let port = at_free_port(|port| {
        let options = format!(
            "-p {port} -k {} -c listen_addresses=127.0.0.1 -c fsync=off",
            home.display()
        );
        let mut start = as_user("postgres", &control);
        start.arg("start").args(["--wait", "--silent", "-D"]);
        start.arg(&data).arg("-l").arg(home.join("log.txt"));
        run_program(start.arg("-o").arg(options))?;
        Ok(port)
    })?;
    Ok(Postgres {
        url: format!("postgres://{USER}:{PASSWORD_IN_URL}@127.0.0.1:{port}/postgres"),
        control,
        data,
    })
}

/// The folder of PostgreSQL's programs; Debian keeps them out of the search path.
fn postgres_programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok();
    let versions = versions.into_iter().flatten().filter_map(Result::ok);
    let folders = versions.map(|version| version.path().join("bin"));
    let has_all = |folder: &PathBuf| {
        let names = ["initdb", "pg_ctl", "postgres"];
        names.iter().all(|name| folder.join(name).is_file())
    };
    let in_path = find(&["initdb"]).and_then(|found| Some(found.parent()?.to_owned()));
    folders.chain(in_path).find(has_all)
}

fn mysql(folder: &Path) -> anyhow::Result<MySql> {
    let program = match find(&["mariadbd", "mysqld"]) {
        Some(program) => program,
        // It is not in the search path of every user.
        None if Path::new("/usr/sbin/mariadbd").is_file() => PathBuf::from("/usr/sbin/mariadbd"),
        None => find_or_install(&["mariadbd"], "mariadb-server")?,
    };
    let init = find_or_install(&["mariadb-install-db"], "mariadb-server")?;
    let home = owned(folder.join("mysql"), "mysql")?;
    let data = home.join("data");
    let mut create = as_user("mysql", &init);
    create.args(["--no-defaults", "--skip-test-db"]);
    create
        .arg(format!("--datadir={}", data.display()))
        .arg("--auth-root-authentication-method=normal");
    run_program(&mut create)?;
    let first = folder.join("first.sql");
    let user = format!("'{USER}'@'127.0.0.1'");
    std::fs::write(
        &first,
        format!(
            "CREATE USER {user} IDENTIFIED BY '{PASSWORD}';\nGRANT ALL ON *.* TO {user};\n\
             CREATE DATABASE aside;\n"
        ),
    )?;
    at_free_port(|port| serve_mysql(&program, &home, &first, port))
}

/// Starts the server on its folder, and waits until it listens.
fn serve_mysql(program: &Path, home: &Path, first: &Path, port: u16) -> anyhow::Result<MySql> {
    let mut server = as_user("mysql", program);
    server
        .args([
            "--no-defaults",
            "--bind-address=127.0.0.1",
            "--skip-name-resolve",
        ])
        .arg(format!("--port={port}"))
        .arg(format!("--datadir={}", home.join("data").display()))
        .arg(format!("--socket={}", home.join("socket").display()))
        .arg(format!("--pid-file={}", home.join("pid").display()))
        .arg(format!("--log-error={}", home.join("log.txt").display()))
        .arg(format!("--init-file={}", first.display()))
        .stdin(Stdio::null());
    let server = server.spawn().context("mariadbd cannot be started")?;
    let mut started = MySql {
        url: format!("mysql://{USER}:{PASSWORD_IN_URL}@127.0.0.1:{port}/aside"),
        server,
    };
    let until = Instant::now() + START;
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        let ended = started.server.try_wait()?;
        anyhow::ensure!(ended.is_none(), "mariadbd ended with {ended:?}");
        anyhow::ensure!(Instant::now() < until, "mariadbd did not start");
        std::thread::sleep(LOOK);
    }
    Ok(started)
}
