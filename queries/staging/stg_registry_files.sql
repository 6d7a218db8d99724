-- One file that brought rows to a list, or replaced rows of one, with the day it speaks for. A table of its own, so that a file
-- of visits does not have the versions of all lists made anew.
-- grain: file_no
-- sources: staging.stg_files, exports.branches, history.branches, exports.households, history.households, exports.cadres, history.cadres, exports.members, history.members, exports.posts, history.posts
-- columns:
--   file_no: number of the file
--   speaks_for: as in stg_files
with held as (
    select _file as file_no
    from exports.branches
    union
    select _file
    from history.branches
    union
    select _until_file
    from history.branches
    union
    select _file
    from exports.households
    union
    select _file
    from history.households
    union
    select _until_file
    from history.households
    union
    select _file
    from exports.cadres
    union
    select _file
    from history.cadres
    union
    select _until_file
    from history.cadres
    union
    select _file
    from exports.members
    union
    select _file
    from history.members
    union
    select _until_file
    from history.members
    union
    select _file
    from exports.posts
    union
    select _file
    from history.posts
    union
    select _until_file
    from history.posts
)

select
    cast(f.file_no as bigint) as file_no,
    cast(f.speaks_for as date) as speaks_for
from staging.stg_files f
join held h on h.file_no = f.file_no
