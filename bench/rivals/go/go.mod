module warrenrivals

go 1.19
