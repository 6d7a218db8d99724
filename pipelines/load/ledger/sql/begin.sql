create or replace temp table new_files (file_no bigint, as_of date);
create or replace temp table places (file_no bigint, place bigint);
create or replace temp table feeds (feed bigint, file_no bigint, sheet varchar, export varchar, earlier boolean, orphans_warn boolean);
create or replace temp table found (export varchar, feed bigint, "row" bigint, column_id varchar, code varchar, severity varchar, value varchar, detail varchar,
    letter varchar, header varchar);
create or replace temp table found_at (feed bigint, column_id varchar, letter varchar, header varchar);
create or replace temp table keys (export varchar, feed bigint, "row" bigint, row_key varchar);
create or replace temp table handed_again (problem_no bigint, file_no bigint, sheet varchar, "row" bigint, refused boolean, same boolean, identical boolean);
