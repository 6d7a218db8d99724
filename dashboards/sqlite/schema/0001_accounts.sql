-- Accounts, how they prove who they are, and the trail of what they did. Moments are milliseconds since 1970, UTC.

create table accounts (
    id           integer primary key autoincrement,
    name         text not null unique,              -- to sign in with; folded by PRECIS
    shown        text not null,                     -- as people call them
    role         text not null,
    towns        text not null default '[]',        -- JSON; empty: the town of this folder
    village      text not null default '',
    branch       text not null default '',
    member       text not null default '',
    password     text not null default '',          -- argon2id with its parameters; empty: none yet
    disabled     integer not null default 0 check (disabled in (0, 1)),
    era          integer not null default 1,        -- sessions of an older era have ended
    created_at   integer not null,
    signed_in_at integer                            -- the last time
) strict;

-- Links by which somebody sets a password once. The token itself is never kept.
create table links (
    token      blob primary key,                    -- SHA-256
    kind       text not null check (kind in ('invitation', 'reset', 'setup')),
    account    integer references accounts (id) on delete cascade, -- null: a set-up, before there is any
    expires_at integer not null,
    used_at    integer,
    check ((kind = 'setup') = (account is null))
) strict;

-- Wrong passwords, by where they came from and which name was tried; the name hashed, because people type passwords there.
create table failures (
    address text not null,
    name    blob not null,
    at      integer not null
) strict;
create index failures_by_pair on failures (address, name, at);
create index failures_by_time on failures (at);

create table sessions (
    token      text primary key,                    -- hashed by the library of sessions
    data       blob not null,
    expires_at integer not null
) strict, without rowid;
create index sessions_by_end on sessions (expires_at);

create table trail (
    number   integer primary key autoincrement,
    at       integer not null,
    account  text not null,                         -- empty: the schedule, or nobody signed in
    shown    text not null,
    role     text not null,
    origin   text not null,
    address  text not null,
    town     text not null,
    village  text not null,                         -- empty: the town as a whole
    branch   text not null,
    action   text not null,
    object   text not null,
    outcome  text not null,
    previous blob not null,                         -- hash of the row before; 32 zeros before the first
    hash     blob not null
) strict;
create index trail_by_unit on trail (town, village, branch, number);
create index trail_by_account on trail (account, number);

create trigger trail_is_never_changed before update on trail
begin select raise(abort, 'the trail is never changed'); end;
create trigger trail_is_never_shortened before delete on trail
begin select raise(abort, 'the trail is never shortened'); end;
-- Replacing a row deletes it without asking the trigger above, so a row may only be put behind the last.
create trigger trail_only_grows before insert on trail
when new.number is not (select coalesce(max(number), 0) + 1 from trail)
  or new.previous is not coalesce((select hash from trail order by number desc limit 1), zeroblob(32))
begin select raise(abort, 'the trail only grows at its end'); end;

-- Keys of the pseudonyms that stand for IDs of persons and households; the newest is used.
create table pseudonym_keys (
    generation integer primary key autoincrement,
    key        blob not null check (length(key) >= 16),
    made_at    integer not null
) strict;
