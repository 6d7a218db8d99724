-- What people want to be told of: a measure of a unit, when it gives a signal or passes a value.
create table alerts (
    id         integer primary key autoincrement,
    account    integer not null references accounts (id) on delete cascade,
    measure    text not null,
    level      text not null,                       -- town, village or branch
    village    text not null,                       -- empty: none
    unit       text not null,
    way        text not null,                       -- signal, above or below
    bound      real not null,                       -- the value for above and below, in the measure's unit; 0 for signal
    created_at integer not null,
    unique (account, measure, unit, way, bound)
) strict;
