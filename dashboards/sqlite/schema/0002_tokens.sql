-- Tokens by which programs ask the API in the name of an account. The token itself is never kept.
create table tokens (
    id         integer primary key autoincrement,
    hash       blob not null unique,                -- SHA-256
    account    integer not null references accounts (id) on delete cascade,
    label      text not null,                       -- what it is for
    scopes     text not null,                       -- JSON; never more than the account may at the moment it is used
    created_at integer not null,
    expires_at integer not null,
    used_at    integer,                             -- the last time, to the minute
    revoked_at integer
) strict;
create index tokens_by_account on tokens (account);
