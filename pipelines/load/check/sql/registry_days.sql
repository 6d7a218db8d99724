-- The versions of one column of a registry with the days they hold for. The first known version also stands for the time
-- before it. A later one counts from the day its file speaks for, or from the day the row itself gives for the change when
-- that lies after the day of the version before.
create or replace temp table versions_{{.P.registry}} as
with days as (
    select file_no, any_value(as_of) as as_of
    from (select file_no, as_of from ops.files union all select file_no, as_of from new_files)
    group by file_no
),
versions as (
    select
        v.*,
        b.as_of as from_list,
        u.as_of as until_list,
        lag(b.as_of) over (partition by {{.P.key}} order by _file, coalesce(_until_file, 9223372036854775807)) as before
    from (
        select {{.P.key}}, {{.P.value}}, {{.P.since}} as since, _file, null as _until_file from exports.{{.P.registry}}
        union all
        select {{.P.key}}, {{.P.value}}, {{.P.since}}, _file, _until_file from history.{{.P.registry}}
    ) v
    left join days b on b.file_no = v._file
    left join days u on u.file_no = v._until_file
),
started as (
    select
        *,
        case when before is null then date '0001-01-01' when since > before and since < from_list then since else from_list end as from_day
    from versions
)
select
    {{.P.key}},
    {{.P.value}},
    since,
    from_day,
    coalesce(lead(from_day) over (partition by {{.P.key}} order by _file, from_day), until_list, date '9999-12-31') as until_day
from started;
