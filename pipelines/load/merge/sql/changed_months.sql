-- Months of versions that come or go.
select distinct date_trunc('month', {{.Dated}}) from versions where fresh or until_file is not null
