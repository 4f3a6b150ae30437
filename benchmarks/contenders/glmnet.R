# The path of glmnet on the arrays in a folder: prints the least [elapsed, CPU] seconds of glmnet() alone in up to five
# runs, and writes the coefficients.
suppressPackageStartupMessages(library(glmnet))
folder <- commandArgs(trailingOnly = TRUE)[1]
file_of <- function(name) file.path(folder, name)
numbers <- function(name, count, what = "double") readBin(file_of(name), what, count)
about <- scan(file_of("about.txt"), quiet = TRUE)
n <- about[1]
p <- about[2]
y <- numbers("y", n)
lambda <- numbers("alphas", about[3])
if (file.exists(file_of("X"))) {
  X <- matrix(numbers("X", n * p), n, p)
} else {
  starts <- numbers("indptr", p + 1, "integer")
  entries <- starts[p + 1]
  X <- new("dgCMatrix", p = starts, i = numbers("indices", entries, "integer"), x = numbers("data", entries),
           Dim = as.integer(c(n, p)))
}
glmnet.control(fdev = 0, devmax = 1, mnlam = length(lambda))
solve <- function(X, y, lambda) {
  glmnet(X, y, family = "gaussian", alpha = about[4], lambda = lambda, standardize = FALSE, intercept = about[5] != 0,
         thresh = about[6], maxit = 1e9)
}
invisible(solve(matrix(sin(1:100), 20), cos(1:20), c(0.1, 0.01)))  # loads what R loads on the first call
best <- c(Inf, Inf)
for (run in 1:5) {
  invisible(gc())
  before <- proc.time()
  begin <- Sys.time()
  found <- solve(X, y, lambda)
  elapsed <- as.numeric(Sys.time() - begin, units = "secs")
  spent <- proc.time() - before
  best <- pmin(best, c(elapsed, spent[["user.self"]] + spent[["sys.self"]]))
  if (elapsed > 1) break
}
file <- file(file_of("coefs"), "wb")
for (k in seq_len(ncol(found$beta))) writeBin(as.numeric(found$beta[, k]), file)
close(file)
cat(sprintf("[%.9g, %.9g]", best[1], best[2]))
