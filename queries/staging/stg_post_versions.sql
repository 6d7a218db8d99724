-- One version of a post row and the days between which it holds.
-- grain: post_id, valid_from
-- sources: exports.posts, history.posts, staging.stg_files
-- columns:
--   post_id: the exporter's number
--   member_id: holder
--   kind: kind of post
--   programme: programme it serves
--   claimed_on: from when it is held; null: always
--   released_on: until when
--   valid_from: first day it holds; the first row known of a place stands in for the time before
--   valid_until: first day it no longer holds
-- checks:
--   not_null: post_id, valid_from, valid_until
with versions as (
    select
        post_id,
        member_id,
        kind,
        programme,
        claimed_on,
        released_on,
        _file as file_no,
        cast(null as bigint) as until_file
    from exports.posts
    union all
    select post_id, member_id, kind, programme, claimed_on, released_on, _file, _until_file
    from history.posts
),

dated as (
    select
        v.*,
        coalesce(f.speaks_for, date '0001-01-01') as speaks_for,
        coalesce(u.speaks_for, date '9999-12-31') as replaced_on
    from versions v
    left join staging.stg_files f on f.file_no = v.file_no
    left join staging.stg_files u on u.file_no = v.until_file
),

-- A row replaced by a file that speaks for the same day was never true.
standing as (
    select
        *,
        min(speaks_for) over (partition by kind) as first_known,
        min(speaks_for) over (partition by post_id) as own_first
    from dated
    where speaks_for < replaced_on
),

starting as (
    select *, case when speaks_for = first_known and speaks_for = own_first then date '0001-01-01' else speaks_for end as valid_from
    from standing
),

bounded as (
    select
        *,
        earlier_of(
            replaced_on,
            min(valid_from) over (
                partition by post_id order by file_no, valid_from rows between 1 following and unbounded following
            )
        ) as valid_until
    from starting
)

select
    cast(post_id as varchar) as post_id,
    cast(member_id as varchar) as member_id,
    cast(kind as varchar) as kind,
    cast(programme as varchar) as programme,
    cast(claimed_on as date) as claimed_on,
    cast(released_on as date) as released_on,
    cast(valid_from as date) as valid_from,
    cast(valid_until as date) as valid_until
from bounded
where valid_from < valid_until
