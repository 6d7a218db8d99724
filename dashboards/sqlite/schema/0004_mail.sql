-- Where the owner of an account wants to be told of his alerts by mail; empty: on the page and by the town's channels alone.
alter table accounts add column mail text not null default '';
