-- What happened to every file, table and row. Times are the wall clock of the programme's zone.

-- Files that arrived, in order. state: loaded, rejected, held, set_aside or corrected; read_with: a sum over the mapping files and the
-- program that read it.
create table if not exists ops.files (file_no bigint, file_id varchar, name varchar, origin varchar, size bigint,
    received_at timestamp, as_of date, landed_at timestamp, state varchar);
alter table ops.files add column if not exists read_with varchar;

-- One line a table of a file and export. complete: a registry's full list; read_as: pipelines.ReadAs as JSON; detail:
-- pipelines.Details as JSON.
create table if not exists ops.reconciliation (file_no bigint, sheet varchar, export varchar, rows_read bigint, accepted bigint,
    quarantined bigint, ignored bigint, warnings bigint, problem varchar, detail varchar, run_id varchar, complete boolean);
alter table ops.reconciliation add column if not exists read_as varchar;

-- What is wrong with cells, rows and files, and where each problem stands in its life. row_key: of rows whose key is known.
create table if not exists ops.problems (problem_no bigint, file_no bigint, sheet varchar, export varchar, "row" bigint, letter varchar,
    column_id varchar, header varchar, code varchar, severity varchar, value varchar, detail varchar, state varchar, run_id varchar);
alter table ops.problems add column if not exists row_key varchar;

-- Who let a problem pass, and why.
create table if not exists ops.waivers (problem_no bigint, waived_by varchar, reason varchar, waived_at timestamp);

-- The file that repaired a problem, or carries it on.
create table if not exists ops.settled (problem_no bigint, file_no bigint);

-- Marked copies: the file they go back to.
create table if not exists ops.copies (file_no bigint, copy_of bigint, partial boolean);

-- Refused rows. cells: texts by column, as JSON; waiting: it lacks nothing but what it refers to.
create table if not exists ops.quarantine (file_no bigint, sheet varchar, export varchar, "row" bigint, cells varchar,
    row_key varchar, waiting boolean);

-- Rows of an older file that a newer one no longer holds. ended: a full list ended them; otherwise they stand.
create table if not exists ops.gone (file_no bigint, export varchar, row_key varchar, was_file bigint, was_row bigint, ended boolean);

-- The months that files speak of that were not loaded. last_month null: all from the first on; both null: not known.
create table if not exists ops.covers (file_no bigint, first_month varchar, last_month varchar);

-- The columns of an export that a file does not give: it says nothing of them, not even that they are empty.
create table if not exists ops.lacks (file_no bigint, export varchar, column_id varchar);

-- The version of the loader that read everything.
create table if not exists ops.loader (version bigint);
