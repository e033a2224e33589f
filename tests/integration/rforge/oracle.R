# What R itself reads of every package in a library: a line of JSON for each, written with base R alone.
# Usage: Rscript oracle.R LIBRARY...
#
# `if` in a NAMESPACE is replaced by both of its branches before parseNamespaceFile() reads it: rforge reads both.

quote_text <- function(x) {
  x <- enc2utf8(as.character(x))
  x <- gsub("\\", "\\\\", x, fixed = TRUE)
  x <- gsub("\"", "\\\"", x, fixed = TRUE)
  for (code in 1:31) {
    x <- gsub(intToUtf8(code), sprintf("\\u%04x", code), x, fixed = TRUE)
  }
  ifelse(is.na(x), "null", paste0("\"", x, "\""))
}

texts <- function(x) paste0("[", paste(quote_text(x), collapse = ","), "]")
rows <- function(x) paste0("[", paste(vapply(x, texts, ""), collapse = ","), "]")
object <- function(x) {
  paste0("{", paste(sprintf("%s:%s", quote_text(names(x)), unlist(x)), collapse = ","), "}")
}

# Text that is UTF-8 is read as UTF-8, whatever the field Encoding says: read.dcf() gives bytes, and the field is wrong.
read_fields <- function(file) {
  fields <- read.dcf(file)
  encoding <- if ("Encoding" %in% colnames(fields)) fields[1L, "Encoding"] else "UTF-8"
  if (all(validUTF8(fields[!is.na(fields)]))) encoding <- "UTF-8"
  values <- iconv(fields[1L, ], encoding, "UTF-8")
  broken <- is.na(values) & !is.na(fields[1L, ])
  values[broken] <- iconv(fields[1L, broken], "latin1", "UTF-8")
  names(values) <- colnames(fields)
  values
}

read_dependencies <- function(fields) {
  found <- list()
  for (field in c("Depends", "Imports", "LinkingTo", "Suggests", "Enhances")) {
    if (field %in% names(fields)) {
      for (entry in tools:::.split_dependencies(fields[[field]])) {
        version <- if (is.null(entry$version)) "" else as.character(entry$version)
        found[[length(found) + 1L]] <- c(field, entry$name, if (nzchar(version)) entry$op else "", version)
      }
    }
  }
  found
}

orcid_of <- function(person) {
  comment <- unlist(person$comment)
  if (is.null(comment) || is.null(names(comment))) return("")
  value <- comment[toupper(names(comment)) == "ORCID"]
  if (!length(value)) return("")
  m <- regmatches(value[[1L]], regexpr("[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]", value[[1L]]))
  if (length(m)) m else ""
}

read_people <- function(fields) {
  if (!"Authors@R" %in% names(fields)) return(list())
  people <- eval(parse(text = fields[["Authors@R"]], encoding = "UTF-8"), asNamespace("utils"))
  lapply(people, function(person) {
    c(paste(person$given, collapse = " "), paste(person$family, collapse = " "),
      paste(person$email, collapse = ", "), paste(person$role, collapse = " "), orcid_of(person))
  })
}

both_branches <- function(e) {
  if (!is.call(e)) return(list())
  if (identical(e[[1L]], quote(`if`))) return(unlist(lapply(as.list(e)[-(1:2)], both_branches), FALSE))
  if (identical(e[[1L]], quote(`{`))) return(unlist(lapply(as.list(e)[-1L], both_branches), FALSE))
  list(e)
}

as_rows <- function(x) {
  if (is.null(dim(x))) return(lapply(x, as.character))
  lapply(seq_len(nrow(x)), function(i) ifelse(is.na(x[i, ]), "", x[i, ]))
}

flat_imports <- function(imports) {
  found <- list()
  for (entry in imports) {
    if (is.character(entry)) {
      found[[length(found) + 1L]] <- c(entry, "", "")
    } else if (!is.null(names(entry)) && "except" %in% names(entry)) {
      found[[length(found) + 1L]] <- c(entry[[1L]], "", paste(entry$except, collapse = " "))
    } else {
      for (name in entry[[2L]]) found[[length(found) + 1L]] <- c(entry[[1L]], name, "")
    }
  }
  found
}

read_namespace <- function(folder) {
  encoding <- read.dcf(file.path(folder, "DESCRIPTION"), "Encoding")[[1L]]
  if (is.na(encoding)) encoding <- "UTF-8"
  code <- parse(file.path(folder, "NAMESPACE"), keep.source = FALSE, srcfile = NULL, encoding = encoding)
  code <- unlist(lapply(as.list(code), both_branches), FALSE)
  copy <- file.path(tempfile("namespace"), basename(folder))
  dir.create(copy, recursive = TRUE)
  on.exit(unlink(dirname(copy), recursive = TRUE))
  writeLines(enc2utf8(as.character(unlist(lapply(code, deparse)))), file.path(copy, "NAMESPACE"), useBytes = TRUE)
  writeLines(c("Package: x", "Encoding: UTF-8"), file.path(copy, "DESCRIPTION"))
  found <- parseNamespaceFile(basename(copy), dirname(copy), mustExist = TRUE)
  list(
    exports = texts(found$exports),
    exportPatterns = texts(found$exportPatterns),
    exportClasses = texts(found$exportClasses),
    exportClassPatterns = texts(found$exportClassPatterns),
    exportMethods = texts(found$exportMethods),
    imports = rows(flat_imports(found$imports)),
    importClasses = rows(flat_imports(found$importClasses)),
    importMethods = rows(flat_imports(found$importMethods)),
    S3methods = rows(as_rows(found$S3methods)),
    dynlibs = texts(found$dynlibs),
    nativeRoutines = rows(lapply(names(found$nativeRoutines), function(library) {
      routines <- found$nativeRoutines[[library]]
      symbols <- routines$symbolNames
      c(library, routines$useRegistration, paste(routines$registrationFixes, collapse = ""),
        if (length(symbols)) paste(names(symbols), symbols))
    }))
  )
}

for (library in commandArgs(TRUE)) {
  for (name in sort(dir(library))) {
    folder <- file.path(library, name)
    if (!file.exists(file.path(folder, "DESCRIPTION"))) next
    fields <- read_fields(file.path(folder, "DESCRIPTION"))
    people <- tryCatch(read_people(fields), error = function(e) list("R cannot read them"))
    namespace <- if (file.exists(file.path(folder, "NAMESPACE"))) read_namespace(folder) else list()
    known <- fields[!is.na(fields)]
    line <- object(c(
      list(folder = quote_text(folder)),
      list(fields = object(structure(as.list(quote_text(known)), names = names(known)))),
      list(dependencies = rows(read_dependencies(fields))),
      list(people = rows(people)),
      list(namespace = if (length(namespace)) object(namespace) else "null")
    ))
    writeLines(line, useBytes = TRUE)
  }
}
